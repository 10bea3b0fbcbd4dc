/**
 * The loop: one thread that owns the cluster state and hands out committed snapshots, and the
 * leadership under which it runs.
 */
@NullMarked
package dev.berth.scheduler.control;

import org.jspecify.annotations.NullMarked;
