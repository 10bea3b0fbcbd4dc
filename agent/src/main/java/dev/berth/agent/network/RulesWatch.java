package dev.berth.agent.network;

import dev.berth.agent.linux.NfTables;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the node's rules back when something else on the host has taken them away or changed them,
 * as a firewall service does that flushes all tables.
 *
 * <p>Asks the kernel for the number of its last change, and reads the rules only when that is a new
 * one. Runs on a thread of its own until closed.
 */
final class RulesWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RulesWatch.class);
  private static final long INTERVAL = Duration.ofSeconds(2).toNanos();

  private final Passages passages;
  private final Thread thread;
  private volatile boolean closed;

  RulesWatch(Passages passages) {
    this.passages = passages;
    this.thread = Thread.ofVirtual().name("rules").start(this::watch);
  }

  private void watch() {
    int seen = 0;
    while (!closed) {
      try {
        int now = NfTables.generation();
        if (now != seen) {
          seen = now;
          if (passages.restore()) {
            LOG.error("the network rules of this node were changed from outside; they are back");
          }
        }
      } catch (IOException e) {
        LOG.error("the network rules can't be looked at: {}", e.getMessage());
      }
      LockSupport.parkNanos(INTERVAL);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
