/**
 * Typed settings of a program, read from one properties file, with every mistake reported at once.
 */
@NullMarked
package dev.berth.settings;

import org.jspecify.annotations.NullMarked;
