package dev.berth.agent.runtime;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Placements that were released while something of their last container is still there.
 *
 * <p>Their addresses and id ranges stay taken until its processes and mounts are gone, however long
 * that takes: ids are never given to another tenant while a process or a file system has them.
 * Thread-safe.
 */
final class HeldPlaces {
  private static final Logger LOG = LoggerFactory.getLogger(HeldPlaces.class);
  private final Removal removal;
  private final Consumer<Placement> free;
  private final Map<Placement, String> held = new ConcurrentHashMap<>();
  private final AtomicBoolean trying = new AtomicBoolean();

  HeldPlaces(Removal removal, Consumer<Placement> free) {
    this.removal = removal;
    this.free = free;
  }

  void hold(Placement placement, String container) {
    LOG.warn("{} is not gone; its address and ids stay taken until it is", container);
    held.put(placement, container);
  }

  /** Tries again to remove what is left, off the caller's thread. */
  void retry() {
    if (!held.isEmpty() && trying.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              held.forEach(this::retry);
            } finally {
              trying.set(false);
            }
          });
    }
  }

  private void retry(Placement placement, String container) {
    removal.remove(container, placement.place());
    if (removal.isGone(container)) {
      held.remove(placement);
      free.accept(placement);
    }
  }
}
