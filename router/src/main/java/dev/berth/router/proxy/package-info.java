/**
 * Turns a request and the table into a response: Netty, one event loop per core, no locks.
 *
 * <p>An upstream connection lives on the event loop of the clients that use it, so nothing here is
 * shared between loops but the table, which is immutable.
 */
@NullMarked
package dev.berth.router.proxy;

import org.jspecify.annotations.NullMarked;
