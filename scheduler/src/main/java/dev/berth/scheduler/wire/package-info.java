/**
 * Between Berth's own records and the messages of the wire, in both directions. Nothing is decided
 * here; both edges, {@code api} and {@code dispatch}, use it.
 */
@NullMarked
package dev.berth.scheduler.wire;

import org.jspecify.annotations.NullMarked;
