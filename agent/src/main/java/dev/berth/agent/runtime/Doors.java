package dev.berth.agent.runtime;

import dev.berth.agent.network.EgressPolicy;
import dev.berth.agent.network.NodeNetwork;
import dev.berth.agent.network.Passage;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What the placements may do on the network: on disk and in force.
 *
 * <p>A placement's passage is in force before its first container is made, and until it is
 * released. Thread-safe; calls for the same placement come one after another.
 */
record Doors(NodeNetwork network, Ledger ledger) {

  void open(Placement placement) throws IOException {
    network.open(placement.place(), placement.passage());
  }

  /**
   * In force first, then on disk: what an agent finds after a crash it compares with its orders.
   */
  void limit(Placement placement, EgressPolicy egress, Ledger.Entry reserved) {
    Passage passage = placement.passage().withEgress(egress);
    try {
      network.open(placement.place(), passage);
    } catch (IOException e) {
      throw new UncheckedIOException("the egress policy before stays in force", e);
    }
    placement.passes(passage);
    placement.lock().lock();
    try {
      Container container = placement.container();
      Ledger.Entry known = container == null ? reserved : container.entry();
      ledger.write(known.with(passage), true);
    } catch (IOException e) {
      throw new UncheckedIOException("the egress policy is in force, but not on disk", e);
    } finally {
      placement.lock().unlock();
    }
  }

  void shut(int place) throws IOException {
    network.shut(place);
  }

  /** Shuts it for good: whoever has the place next hears nothing that was meant for this one. */
  void close(int place) throws IOException {
    network.shut(place);
    network.forget(place);
  }
}
