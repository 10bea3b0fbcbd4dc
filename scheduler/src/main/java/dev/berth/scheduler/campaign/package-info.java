/**
 * Which app moves to another base version next, and when a campaign must halt or go back. Pure and
 * level-triggered; the moves themselves are the rollout's.
 */
@NullMarked
package dev.berth.scheduler.campaign;

import org.jspecify.annotations.NullMarked;
