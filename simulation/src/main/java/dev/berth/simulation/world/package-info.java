/** The virtual clock, the seeded chance, the queue of events, and processes that live by them. */
@NullMarked
package dev.berth.simulation.world;

import org.jspecify.annotations.NullMarked;
