package dev.berth.agent.network;

/**
 * What one instance may do on the network; stays with its place.
 *
 * @param connections that it may have open to the outside at a time
 */
public record Passage(EgressPolicy egress, int connections) {

  public Passage {
    if (connections < 1) {
      throw new IllegalArgumentException("connections must be at least 1, not " + connections);
    }
  }

  public Passage withEgress(EgressPolicy other) {
    return new Passage(other, connections);
  }

  /** Of the chain for all instances with the same passage. */
  String chain() {
    return "to_" + egress.key() + "_" + connections;
  }
}
