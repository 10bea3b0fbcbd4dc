/** Shows what the router did: counters without locks, and one log line for each request. */
@NullMarked
package dev.berth.router.metrics;

import org.jspecify.annotations.NullMarked;
