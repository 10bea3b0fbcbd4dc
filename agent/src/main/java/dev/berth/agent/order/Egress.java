package dev.berth.agent.order;

import java.util.List;

/**
 * Where an instance may open connections to, as ordered: IPv4 networks. Checked where it is used.
 *
 * @param allow empty: everything that is not denied
 */
public record Egress(List<String> allow, List<String> deny) {
  public static final Egress OPEN = new Egress(List.of(), List.of());

  public Egress {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }
}
