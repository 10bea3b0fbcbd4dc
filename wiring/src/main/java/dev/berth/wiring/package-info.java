/** Placeholder. */
@NullMarked
package dev.berth.wiring;

import org.jspecify.annotations.NullMarked;
