/**
 * How agents, routers and callers find the scheduler that leads, and how they keep to the newest.
 */
@NullMarked
package dev.berth.leader;

import org.jspecify.annotations.NullMarked;
