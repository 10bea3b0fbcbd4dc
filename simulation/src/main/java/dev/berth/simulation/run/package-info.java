/** Runs of one seed after another, and the smallest schedule that still fails. */
@NullMarked
package dev.berth.simulation.run;

import org.jspecify.annotations.NullMarked;
