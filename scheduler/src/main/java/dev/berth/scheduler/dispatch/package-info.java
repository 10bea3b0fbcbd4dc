/**
 * The streams to agents and routers. Committed state goes out, what they saw comes in as events.
 *
 * <p>Decides nothing: which orders and routes there are follows from the snapshot. A slow reader
 * gets the newest state later, never a queue of old ones.
 */
@NullMarked
package dev.berth.scheduler.dispatch;

import org.jspecify.annotations.NullMarked;
