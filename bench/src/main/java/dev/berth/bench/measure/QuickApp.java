package dev.berth.bench.measure;

import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.cluster.ThrowawayCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A trivial server on the busybox base, deployed to a cluster of its own.
 *
 * <p>Its page is "INSTANCE UUID": which instance answers, and which start of it. Its own start-up
 * takes a few milliseconds, so what is measured is Berth.
 */
final class QuickApp implements AutoCloseable {
  static final String NAME = "bench/quick";
  static final String HOSTNAME = "quick.bench.localhost";

  private static final String PROCFILE = "web: sh web.sh\n";
  private static final String SCRIPT =
      """
      mkdir -p /tmp/www
      printf '%s %s\\n' "$BERTH_INSTANCE" "$(cat /proc/sys/kernel/random/uuid)" > /tmp/www/index.html
      exec httpd -f -p "$PORT" -h /tmp/www
      """;

  final ThrowawayCluster cluster;
  final ClusterApi api;

  private QuickApp(ThrowawayCluster cluster) {
    this.cluster = cluster;
    this.api = cluster.api();
  }

  static QuickApp deploy(Path home) throws IOException {
    ThrowawayCluster cluster = ThrowawayCluster.start(home, 1);
    try {
      cluster.publishBase("busybox");
      Path directory = files(cluster.scratch());
      cluster.berth("tenants", "create", "bench");
      cluster.berth("apps", "create", NAME, "--base", "busybox");
      cluster.berth("deploy", directory.toString(), "-a", NAME);
      return new QuickApp(cluster);
    } catch (IOException | RuntimeException | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  /** The app's directory, in a new one below {@code scratch}. */
  static Path files(Path scratch) throws IOException {
    Path directory = Files.createDirectory(scratch.resolve("quick"));
    Files.writeString(directory.resolve("Procfile"), PROCFILE);
    Files.writeString(directory.resolve("web.sh"), SCRIPT);
    return directory;
  }

  @Override
  public void close() {
    api.close();
    cluster.close();
  }
}
