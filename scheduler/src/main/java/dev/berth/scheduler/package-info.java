/** Puts the scheduler together. */
@NullMarked
package dev.berth.scheduler;

import org.jspecify.annotations.NullMarked;
