package dev.berth.agent.order;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that is needed to make an instance's container, as ordered.
 *
 * <p>Checked where it is used: an order that cannot be carried out fails its own start and no
 * other.
 */
public record ContainerSpec(
    int release,
    String baseDigest,
    String slugDigest,
    String command,
    Map<String, String> environment,
    Limits limits,
    HealthCheck health,
    Duration grace,
    int port,
    String baseLine,
    int baseVersion,
    boolean once) {

  public ContainerSpec {
    environment = Collections.unmodifiableNavigableMap(new TreeMap<>(environment));
  }
}
