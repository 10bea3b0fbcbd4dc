package dev.berth.agent.runtime;

import dev.berth.agent.network.EgressPolicy;
import dev.berth.agent.network.Passage;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * All that is needed to make the container of one placement.
 *
 * <p>Does not change while the placement lives. Digests are 64 lower-case hex digits. The words of
 * {@code argv} are given to the process as they are; the first is looked up on its PATH. The egress
 * policy is the one to begin with.
 */
public record ContainerPlan(
    long placementId,
    String tenant,
    String app,
    String processType,
    int index,
    int release,
    String baseDigest,
    String slugDigest,
    List<String> argv,
    Map<String, String> environment,
    Limits limits,
    int port,
    EgressPolicy egress) {

  public ContainerPlan {
    if (placementId <= 0) {
      throw new IllegalArgumentException("placement id must be at least 1, not " + placementId);
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port must be 1 to 65535, not " + port);
    }
    Objects.requireNonNull(baseDigest);
    Objects.requireNonNull(slugDigest);
    argv = List.copyOf(argv);
    environment = Collections.unmodifiableMap(new TreeMap<>(environment));
  }

  /** With no policy of its tenant's. */
  public ContainerPlan(
      long placementId,
      String tenant,
      String app,
      String processType,
      int index,
      int release,
      String baseDigest,
      String slugDigest,
      List<String> argv,
      Map<String, String> environment,
      Limits limits,
      int port) {
    this(
        placementId,
        tenant,
        app,
        processType,
        index,
        release,
        baseDigest,
        slugDigest,
        argv,
        environment,
        limits,
        port,
        EgressPolicy.OPEN);
  }

  Passage passage() {
    return new Passage(egress, limits.rates().connections());
  }

  /** The instance's name as people write it: {@code acme/shop/web.3}. */
  public String name() {
    return tenant + "/" + app + "/" + processType + "." + index;
  }
}
