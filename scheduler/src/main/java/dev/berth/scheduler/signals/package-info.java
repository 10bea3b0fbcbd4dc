/**
 * Sums up what routers say of traffic, and compares the traffic of what is new with that of what it
 * replaces. Pure.
 */
@NullMarked
package dev.berth.scheduler.signals;

import org.jspecify.annotations.NullMarked;
