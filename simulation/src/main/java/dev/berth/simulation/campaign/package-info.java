/**
 * One base campaign over a fleet of any size: the scheduler's production classes with simulated
 * nodes, network and store around them.
 */
@NullMarked
package dev.berth.simulation.campaign;

import org.jspecify.annotations.NullMarked;
