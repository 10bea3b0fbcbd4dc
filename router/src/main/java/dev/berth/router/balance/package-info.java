/**
 * Turns a pool and what one event loop knows of its routes into the route for a request.
 *
 * <p>Pure: time and random numbers are arguments.
 */
@NullMarked
package dev.berth.router.balance;

import org.jspecify.annotations.NullMarked;
