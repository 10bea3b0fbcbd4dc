/** ZooKeeper as the schedulers see it: sessions, an election, fenced writes, and its faults. */
@NullMarked
package dev.berth.simulation.store;

import org.jspecify.annotations.NullMarked;
