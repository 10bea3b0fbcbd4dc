package dev.berth.scheduler;

import dev.berth.scheduler.slug.SlugLimits;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.settings.Settings;
import java.nio.file.Path;
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
                settings.string("cluster.base-line", "debian-12")),
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
}
