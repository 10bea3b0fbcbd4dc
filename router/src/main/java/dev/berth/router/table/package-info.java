/**
 * Turns what the scheduler says about routes into the table that requests are answered from.
 *
 * <p>Pure: no clock, thread, I/O or chance. A change makes a new table that shares almost
 * everything with the old one, so a request that began with a table keeps it.
 */
@NullMarked
package dev.berth.router.table;

import org.jspecify.annotations.NullMarked;
