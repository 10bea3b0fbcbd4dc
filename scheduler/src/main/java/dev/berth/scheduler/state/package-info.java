/**
 * What the cluster should be (durable) and what was last seen of it (soft), as immutable values.
 * Pure: a command or an event goes in, changes and a new state come out.
 */
@NullMarked
package dev.berth.scheduler.state;

import org.jspecify.annotations.NullMarked;
