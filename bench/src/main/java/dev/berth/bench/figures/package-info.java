/** Samples, what is said about them, and how it is printed. Pure. */
@NullMarked
package dev.berth.bench.figures;

import org.jspecify.annotations.NullMarked;
