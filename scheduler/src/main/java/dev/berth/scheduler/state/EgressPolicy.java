package dev.berth.scheduler.state;

import java.util.List;
import java.util.TreeSet;

/**
 * Where a tenant's instances may open connections to; what is denied wins. What instances may never
 * reach stays out of reach whatever it says.
 *
 * @param allow empty: everything that is not denied
 */
public record EgressPolicy(List<Ipv4Network> allow, List<Ipv4Network> deny) {
  /** What a tenant has until an operator says otherwise. */
  public static final EgressPolicy OPEN = new EgressPolicy(List.of(), List.of());

  /** For orders of a tenant that is gone. */
  public static final EgressPolicy CLOSED =
      new EgressPolicy(List.of(), List.of(new Ipv4Network(0, 0)));

  public EgressPolicy {
    allow = List.copyOf(new TreeSet<>(allow));
    deny = List.copyOf(new TreeSet<>(deny));
  }
}
