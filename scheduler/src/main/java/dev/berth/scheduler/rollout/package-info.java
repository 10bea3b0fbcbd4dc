/**
 * What to do next so that what is becomes what is wanted: start, withdraw, stop, forget. Pure and
 * level-triggered.
 */
@NullMarked
package dev.berth.scheduler.rollout;

import org.jspecify.annotations.NullMarked;
