/** The invariants, each a named class that looks after every step. */
@NullMarked
package dev.berth.simulation.check;

import org.jspecify.annotations.NullMarked;
