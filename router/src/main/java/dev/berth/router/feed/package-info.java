/**
 * Keeps this router's table equal to the scheduler's: follows its stream, and remembers the table
 * on disk for a start without the scheduler.
 */
@NullMarked
package dev.berth.router.feed;

import org.jspecify.annotations.NullMarked;
