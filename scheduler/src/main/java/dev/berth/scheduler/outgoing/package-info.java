/**
 * Edge: calls to addresses that tenants name, outside the cluster and never into it. What comes of
 * them goes to the loop as events.
 */
@NullMarked
package dev.berth.scheduler.outgoing;

import org.jspecify.annotations.NullMarked;
