package dev.berth.agent.control;

import dev.berth.agent.network.EgressPolicy;
import dev.berth.agent.order.PlacementId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The newest egress policy of each placement whose policy has changed.
 *
 * <p>Whoever applies one applies the newest, one after another, so that a late job can't bring an
 * older policy back. Thread-safe.
 */
final class Policies {

  private static final class Newest {
    private final ReentrantLock applying = new ReentrantLock();
    private volatile EgressPolicy policy = EgressPolicy.CLOSED;
  }

  private final Map<PlacementId, Newest> byId = new ConcurrentHashMap<>();

  void put(PlacementId id, EgressPolicy policy) {
    byId.compute(
        id,
        (_, known) -> {
          Newest newest = known == null ? new Newest() : known;
          newest.policy = policy;
          return newest;
        });
  }

  void apply(PlacementId id, Consumer<EgressPolicy> work) {
    Newest newest = byId.get(id);
    if (newest == null) {
      return;
    }
    newest.applying.lock();
    try {
      work.accept(newest.policy);
    } finally {
      newest.applying.unlock();
    }
  }

  void forget(PlacementId id) {
    byId.remove(id);
  }
}
