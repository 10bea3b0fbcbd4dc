/** What a running program shows to its own host: the run file, metrics and a health answer. */
@NullMarked
package dev.berth.admin;

import org.jspecify.annotations.NullMarked;
