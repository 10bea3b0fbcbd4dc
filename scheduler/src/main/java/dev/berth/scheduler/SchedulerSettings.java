package dev.berth.scheduler;

import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.slug.SlugLimits;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Ipv4Network;
import dev.berth.scheduler.state.Labels;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.RebalanceSettings;
import dev.berth.scheduler.state.Size;
import dev.berth.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the scheduler's settings file says. */
public record SchedulerSettings(
    String clusterId,
    ClusterSettings cluster,
    Timers timers,
    ListenSettings listen,
    Path identityDirectory,
    ZooKeeperSettings zooKeeper,
    Path blobsDirectory,
    SlugLimits slugs,
    Duration keepBlobs,
    List<Ipv4Network> webhookAllow,
    Path runFile) {

  private static final List<String> ANYWHERE = List.of("0.0.0.0", "::", "[::]");

  /**
   * Where callers and operators reach this process; port 0 is any free one.
   *
   * @param advertised host:port that others are sent to while this scheduler leads; absent: where
   *     it listens
   */
  public record ListenSettings(
      String apiAddress, int apiPort, int adminPort, Optional<String> advertised) {
    /** What tells this scheduler from others that share its stores. */
    String name() {
      return advertised.orElse(apiAddress + ":" + apiPort).replaceAll("[^0-9A-Za-z.:-]", "-");
    }
  }

  /** An embedded server's directory; with a connect string the directory holds the secret only. */
  public record ZooKeeperSettings(Path directory, Optional<String> connect, Duration session) {
    public static final Duration DEFAULT_SESSION = Duration.ofSeconds(10);
    private static final Duration SHORTEST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofSeconds(60);

    public ZooKeeperSettings {
      if (session.compareTo(SHORTEST) < 0 || session.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "zookeeper.session must be from %d s to %d s, not %d ms"
                .formatted(SHORTEST.toSeconds(), LONGEST.toSeconds(), session.toMillis()));
      }
    }
  }

  public static SchedulerSettings read(Path file) {
    Settings settings = Settings.read(file);
    var read =
        new SchedulerSettings(
            settings.string("cluster.id"),
            new ClusterSettings(
                settings.string("cluster.domain", "localhost"),
                settings.string("cluster.base-line", "debian-12"),
                pools(settings),
                rebalance(settings),
                settings.integer(
                    "moves.per-second",
                    ClusterSettings.MOVES_PER_SECOND,
                    1,
                    ClusterSettings.MAX_MOVES_PER_SECOND)),
            timers(settings),
            new ListenSettings(
                settings.string("api.address", "127.0.0.1"),
                settings.port("api.port"),
                settings.port("admin.port", 0),
                settings.optional("api.advertise")),
            settings.path("identity.directory"),
            new ZooKeeperSettings(
                settings.path("zookeeper.directory"),
                settings.optional("zookeeper.connect"),
                settings.duration("zookeeper.session", ZooKeeperSettings.DEFAULT_SESSION)),
            settings.path("blobs.directory"),
            new SlugLimits(
                settings
                    .optionalNumber("slug.max-bytes", 1, SlugLimits.CEILING_BYTES)
                    .orElse(SlugLimits.DEFAULT.maxBytes()),
                SlugLimits.DEFAULT.maxEntries()),
            settings.duration("blobs.keep", Duration.ofHours(24)),
            networks("webhook.allow", settings.string("webhook.allow", "")),
            settings.path("run.file"));
    settings.done();
    boolean isShared = read.zooKeeper.connect().isPresent();
    if (isShared && ANYWHERE.contains(read.listen.apiAddress) && read.listen.advertised.isEmpty()) {
      throw new IllegalArgumentException(
          "api.advertise is missing: with zookeeper.connect and api.address=%s it must say where"
                  .formatted(read.listen.apiAddress)
              + " others reach this scheduler, host:port");
    }
    return read;
  }

  /** Comma-separated, in canonical form. */
  private static List<Ipv4Network> networks(String key, String written) {
    List<Ipv4Network> networks = new ArrayList<>();
    for (String one : written.split(",", -1)) {
      if (!one.isBlank()) {
        networks.add(
            Ipv4Network.around(one.strip())
                .filter(network -> network.toString().equals(one.strip()))
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "%s: %s is no IPv4 network such as 10.1.0.0/16"
                            .formatted(key, one.strip()))));
      }
    }
    return List.copyOf(networks);
  }

  private static Timers timers(Settings settings) {
    Timers usual = Timers.DEFAULT;
    return usual.silent(
        settings.duration("nodes.suspect-after", usual.suspectAfter()),
        settings.duration("nodes.unreachable-after", usual.unreachableAfter()),
        settings.duration("nodes.lost-after", usual.lostAfter()));
  }

  private static RebalanceSettings rebalance(Settings settings) {
    RebalanceSettings usual = RebalanceSettings.DEFAULT;
    return new RebalanceSettings(
        settings.flag("rebalance", usual.isOn()),
        settings.integer(
            "rebalance.margin-percent",
            usual.marginPercent(),
            RebalanceSettings.MIN_MARGIN,
            RebalanceSettings.MAX_MARGIN),
        settings.integer(
            "rebalance.moves-per-minute", usual.movesPerMinute(), 1, RebalanceSettings.MAX_MOVES),
        settings.duration("rebalance.rest", usual.rest()));
  }

  /** {@code pools = batch,gpu} and, for each, {@code pool.batch.policy = pack}. */
  private static NodePools pools(Settings settings) {
    List<NodePool> pools = new ArrayList<>();
    for (String written : settings.string("pools", "").split(",", -1)) {
      String name = written.strip();
      if (!name.isEmpty()) {
        if (!Labels.isValue(name)) {
          throw new IllegalArgumentException("pools: " + name + " is not the name of a pool");
        }
        pools.add(
            new NodePool(
                name,
                policy(name, settings.string("pool." + name + ".policy", "spread")),
                settings.integer(
                    "pool." + name + ".cpu-overcommit",
                    Size.CPU_OVERCOMMIT,
                    1,
                    NodePool.MAX_OVERCOMMIT)));
      }
    }
    return NodePools.of(pools);
  }

  private static NodePool.Policy policy(String pool, String written) {
    return switch (written) {
      case "spread" -> NodePool.Policy.SPREAD;
      case "pack" -> NodePool.Policy.PACK;
      default ->
          throw new IllegalArgumentException(
              "pool.%s.policy must be spread or pack, not %s".formatted(pool, written));
    };
  }
}
