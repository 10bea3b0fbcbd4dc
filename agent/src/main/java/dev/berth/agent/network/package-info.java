/**
 * Gives each instance an address of its own on the node's bridge. Ports of the bridge are isolated
 * from each other; nftables lets the host reach instances and lets instances out through NAT, and
 * nothing else. Names carry the cluster id and the node number.
 */
@NullMarked
package dev.berth.agent.network;

import org.jspecify.annotations.NullMarked;
