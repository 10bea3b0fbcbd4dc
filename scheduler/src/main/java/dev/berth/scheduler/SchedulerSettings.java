package dev.berth.scheduler;

import dev.berth.scheduler.slug.SlugLimits;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Labels;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Size;
import dev.berth.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the scheduler's settings file says. */
public record SchedulerSettings(
    String clusterId,
    ClusterSettings cluster,
    ListenSettings listen,
    Path identityDirectory,
    ZooKeeperSettings zooKeeper,
    Path blobsDirectory,
    SlugLimits slugs,
    Path runFile) {

  /** Where callers and operators reach this process; port 0 is any free one. */
  public record ListenSettings(String apiAddress, int apiPort, int adminPort) {}

  /** An embedded server's directory; with a connect string the directory holds the secret only. */
  public record ZooKeeperSettings(Path directory, Optional<String> connect) {}

  public static SchedulerSettings read(Path file) {
    Settings settings = Settings.read(file);
    var read =
        new SchedulerSettings(
            settings.string("cluster.id"),
            new ClusterSettings(
                settings.string("cluster.domain", "localhost"),
                settings.string("cluster.base-line", "debian-12"),
                pools(settings)),
            new ListenSettings(
                settings.string("api.address", "127.0.0.1"),
                settings.port("api.port"),
                settings.port("admin.port", 0)),
            settings.path("identity.directory"),
            new ZooKeeperSettings(
                settings.path("zookeeper.directory"), settings.optional("zookeeper.connect")),
            settings.path("blobs.directory"),
            new SlugLimits(
                settings
                    .optionalNumber("slug.max-bytes", 1, SlugLimits.CEILING_BYTES)
                    .orElse(SlugLimits.DEFAULT.maxBytes()),
                SlugLimits.DEFAULT.maxEntries()),
            settings.path("run.file"));
    settings.done();
    return read;
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
