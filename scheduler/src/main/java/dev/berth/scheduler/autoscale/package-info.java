/** From the traffic of a process type to the count that it should have. Pure. */
@NullMarked
package dev.berth.scheduler.autoscale;

import org.jspecify.annotations.NullMarked;
