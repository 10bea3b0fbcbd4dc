/**
 * The agent's loop: one thread owns what is known of this node's placements; everything else hands
 * it inputs and reads the view that it publishes.
 */
@NullMarked
package dev.berth.agent.control;

import org.jspecify.annotations.NullMarked;
