/**
 * What the scheduler wants on this node, in our own records, and the rule by which a newer word of
 * it replaces an older one. Pure: no clock, no disk, no wire types.
 */
@NullMarked
package dev.berth.agent.order;

import org.jspecify.annotations.NullMarked;
