package dev.berth.scheduler.state;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What the routers said of the apps' traffic lately. Soft: a new leader begins with nothing.
 *
 * @param at when it was summed up
 * @param since when this leader began to listen
 * @param routers since when each has told without a gap; silent ones are not in it
 */
public record Signals(
    Instant at, Instant since, Map<String, Instant> routers, Map<AppId, List<Row>> apps) {
  /** How far back a row's whole traffic reaches from the newest that it holds. */
  public static final Duration WINDOW = Duration.ofMinutes(2);

  /** How far back its recent traffic reaches; the slot that is being filled is not in it. */
  public static final Duration RECENT = Duration.ofSeconds(30);

  /** How long a row is kept after its last traffic, so that a successor can be compared with it. */
  public static final Duration KEPT = Duration.ofMinutes(15);

  public static final Signals NONE = new Signals(Instant.EPOCH, Instant.EPOCH, Map.of(), Map.of());

  /** The traffic of the instances of one process type, release and base version. */
  public record Row(
      String processType, int release, int baseVersion, Traffic recent, Traffic whole) {}

  public Signals {
    routers = Map.copyOf(routers);
    apps = Map.copyOf(apps);
  }

  /** In no particular order. */
  public List<Row> of(AppId app) {
    return apps.getOrDefault(app, List.of());
  }
}
