/** How answers look: tables and progress for people, JSON for programs. */
@NullMarked
package dev.berth.cli.output;

import org.jspecify.annotations.NullMarked;
