/**
 * The orders on the node's own disk, so that an agent that comes up with no scheduler in sight
 * knows all that is wanted of it, and which epochs are over.
 */
@NullMarked
package dev.berth.agent.store;

import org.jspecify.annotations.NullMarked;
