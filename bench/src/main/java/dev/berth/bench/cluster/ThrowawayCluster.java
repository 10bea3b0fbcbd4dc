package dev.berth.bench.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A cluster on this machine with a state directory, ports and names of its own, made by `berth up`.
 *
 * <p>Is taken down and purged when it is closed, and when the JVM ends before that. Needs root.
 * Thread-safe.
 */
public final class ThrowawayCluster implements Cluster {
  /** The first `up` may have to make the base image. */
  private static final Duration LONGEST_UP = Duration.ofMinutes(5);

  private static final Duration LONGEST_COMMAND = Duration.ofMinutes(2);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path home;
  private final Path directory;
  private final BerthCommand berth;
  private final int httpPort;
  private final int apiPort;
  private final int agents;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread hook = new Thread(this::takeDown);

  private ThrowawayCluster(Path home, Path directory, int agents) throws IOException {
    this.home = home;
    this.directory = directory;
    this.agents = agents;
    this.httpPort = freePort();
    this.apiPort = freePort();
    this.berth =
        new BerthCommand(
            home,
            Map.of(
                "BERTH_STATE_DIR",
                stateDirectory().toString(),
                "BERTH_NO_BUILD",
                "1",
                "LC_ALL",
                "C.UTF-8"));
  }

  /** The home is the checkout, where ./berth is. */
  public static ThrowawayCluster start(Path home, int agents) {
    ThrowawayCluster cluster = prepare(home, agents);
    try {
      cluster.up();
      return cluster;
    } catch (RuntimeException | Error failure) {
      cluster.close();
      throw failure;
    }
  }

  /** Everything but `up`. */
  public static ThrowawayCluster prepare(Path home, int agents) {
    try {
      var cluster =
          new ThrowawayCluster(home, Files.createTempDirectory("berth-throwaway-"), agents);
      Runtime.getRuntime().addShutdownHook(cluster.hook);
      return cluster;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public void up() {
    berth.done(
        LONGEST_UP,
        "up",
        "--detach",
        "--no-samples",
        "--state-dir",
        stateDirectory().toString(),
        "--http-port",
        Integer.toString(httpPort),
        "--api-port",
        Integer.toString(apiPort),
        "--agents",
        Integer.toString(agents));
  }

  public void down() {
    berth.done(LONGEST_COMMAND, "down", "--state-dir", stateDirectory().toString());
  }

  public Path home() {
    return home;
  }

  public Path stateDirectory() {
    return directory.resolve("state");
  }

  @Override
  public Path scratch() {
    return directory;
  }

  @Override
  public int httpPort() {
    return httpPort;
  }

  public BerthCommand berth() {
    return berth;
  }

  @Override
  public BerthCommand.Outcome berth(String... arguments) {
    return berth.done(LONGEST_COMMAND, arguments);
  }

  @Override
  public BerthCommand.Outcome tryBerth(String... arguments) {
    return berth.run(LONGEST_COMMAND, arguments);
  }

  @Override
  public ClusterApi api() {
    return ClusterApi.connect(stateDirectory().resolve("identity/operator"), apiPort);
  }

  @Override
  public InstanceProcesses processes() {
    return new InstanceProcesses(id());
  }

  /** What names this cluster's resources on the host: six hexadecimal digits. */
  public String id() {
    try {
      String id =
          MAPPER.readTree(stateDirectory().resolve("cluster.json").toFile()).path("id").asText();
      if (!id.matches("[0-9a-f]{6}")) {
        throw new IllegalStateException("cluster.json has no cluster id: \"" + id + "\"");
      }
      return id;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The pid in a program's run file ("scheduler", "router-1", "node-1"), when it lives. */
  public Optional<ProcessHandle> program(String name) {
    try {
      Path file = stateDirectory().resolve("run/" + name + ".json");
      long pid = MAPPER.readTree(file.toFile()).path("pid").asLong();
      return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    } catch (IOException notYet) {
      return Optional.empty();
    }
  }

  /** Sends SIGKILL and waits until the process is gone; the pid that it had. */
  public long kill(String program) {
    ProcessHandle process =
        program(program).orElseThrow(() -> new IllegalStateException(program + " does not run"));
    process.destroyForcibly();
    process.onExit().join();
    return process.pid();
  }

  /** Needs a cluster that is up. */
  @Override
  public void publishBase(String line) {
    berth("bases", "publish", line, BaseImages.image(home, line).toString());
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Runtime.getRuntime().removeShutdownHook(hook);
      purge();
    }
  }

  private void takeDown() {
    if (closed.compareAndSet(false, true)) {
      purge();
    }
  }

  private void purge() {
    try {
      keepLogs();
      if (Files.exists(stateDirectory())) {
        berth.done(LONGEST_COMMAND, "down", "--purge", "--state-dir", stateDirectory().toString());
      }
      try (var left = Files.walk(directory)) {
        for (Path path : left.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("the cluster's files stay behind in " + directory, failure);
    }
  }

  /** So that a failed run can be looked into: the newest logs, in .berth-build/throwaway-log. */
  private void keepLogs() throws IOException {
    Path log = stateDirectory().resolve("log");
    if (!Files.isDirectory(log)) {
      return;
    }
    Path kept = home.resolve(".berth-build/throwaway-log/" + directory.getFileName());
    Files.createDirectories(kept);
    try (var files = Files.list(log)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, kept.resolve(file.getFileName()));
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
