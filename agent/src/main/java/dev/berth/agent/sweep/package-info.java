/**
 * Removes every host resource of one node after any crash. Finds strays by their names, which carry
 * the cluster id and the node number, and never touches what is not this node's.
 */
@NullMarked
package dev.berth.agent.sweep;

import org.jspecify.annotations.NullMarked;
