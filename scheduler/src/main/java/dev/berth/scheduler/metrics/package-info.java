/** What the scheduler shows to whoever watches it. Changes nothing. */
@NullMarked
package dev.berth.scheduler.metrics;

import org.jspecify.annotations.NullMarked;
