/** Keeps what the loop has decided: ZooKeeper, written in fenced transactions. */
@NullMarked
package dev.berth.scheduler.store;

import org.jspecify.annotations.NullMarked;
