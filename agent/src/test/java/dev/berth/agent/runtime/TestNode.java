package dev.berth.agent.runtime;

import dev.berth.agent.sweep.Sweep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A node with real containers for one test class; swept when closed. */
final class TestNode implements AutoCloseable {
  private static final RandomGenerator RANDOM = RandomGenerator.getDefault();
  final TestImages images;
  final HostSettings settings;
  final BlockingQueue<Ended> ends = new LinkedBlockingQueue<>();
  private InstanceHost host;
  private long nextId = 1;

  TestNode(Path directory) throws Exception {
    this(directory, 24, Defences.all());
  }

  TestNode(Path directory, int prefix) throws Exception {
    this(directory, prefix, Defences.all());
  }

  TestNode(Path directory, int prefix, Defences defences) throws Exception {
    images = new TestImages(Files.createDirectory(directory.resolve("images")));
    settings =
        new HostSettings(
            "%06x".formatted(RANDOM.nextInt(1 << 24)),
            1,
            directory.resolve("state"),
            "10.200." + RANDOM.nextInt(1, 255) + ".0/" + prefix,
            Optional.empty(),
            List.of(),
            List.of(),
            defences);
    host = ContainerHost.open(settings, images);
    host.onExit(ends::add);
    host.adopt();
  }

  InstanceHost host() {
    return host;
  }

  /** As if the agent had been killed and started again. */
  List<Kept> restartAgentAfter(java.util.concurrent.Callable<Boolean> condition) throws Exception {
    host.close();
    Wait.until(condition);
    host = ContainerHost.open(settings, images);
    host.onExit(ends::add);
    return host.adopt();
  }

  /** A new agent, while the old one had no chance to put anything away. */
  List<Kept> startAgentAfterKill() throws HostException {
    host = ContainerHost.open(settings, images);
    host.onExit(ends::add);
    return host.adopt();
  }

  /** An agent that has one defence less, over the same directory. */
  void restartWithout(Defence defence) throws HostException {
    reopen(Defences.all().without(defence));
  }

  private void reopen(Defences defences) throws HostException {
    host.close();
    host = ContainerHost.open(settings.with(defences), images);
    host.onExit(ends::add);
    host.adopt();
  }

  /** As after a reboot: nothing is mounted, the images are on the disk. */
  void sweepMountsAndReopen(Defences defences) throws HostException {
    host.close();
    var left = Sweep.run(settings);
    if (!left.isEmpty()) {
      throw new AssertionError("the sweep left " + left);
    }
    reopen(defences);
  }

  ContainerPlan plan(String command) {
    return plan(command, Map.of());
  }

  ContainerPlan plan(String command, Map<String, String> environment) {
    return plan(List.of("/bin/sh", "-c", command), environment, images.slug);
  }

  ContainerPlan plan(List<String> argv) {
    return plan(argv, Map.of(), images.slug);
  }

  ContainerPlan planWithSlug(String slug) {
    return plan(List.of("/bin/true"), Map.of(), slug);
  }

  ContainerPlan plan(String command, Limits limits) {
    return plan(List.of("/bin/sh", "-c", command), Map.of(), images.slug, limits);
  }

  private ContainerPlan plan(List<String> argv, Map<String, String> environment, String slug) {
    return plan(argv, environment, slug, new Limits(64, 100, 1000, 32, 64, 512));
  }

  private ContainerPlan plan(
      List<String> argv, Map<String, String> environment, String slug, Limits limits) {
    return new ContainerPlan(
        nextId++, "acme", "shop", "web", 1, 1, images.base, slug, argv, environment, limits, 5000);
  }

  boolean exited(long placementId, int incarnation) {
    return Files.exists(
        settings.stateDirectory().resolve("live/exits/p" + placementId + "-" + incarnation));
  }

  /** Bytes of files that an instance wrote and that are not on the disk yet. */
  long unwritten(long placement) throws Exception {
    String cgroup = "berth-%s/node-1/p%d-1".formatted(settings.clusterId(), placement);
    Path v1 = Path.of("/sys/fs/cgroup/memory", cgroup, "memory.stat");
    Path file = Files.exists(v1) ? v1 : Path.of("/sys/fs/cgroup", cgroup, "memory.stat");
    long bytes = 0;
    for (String line : Files.readAllLines(file)) {
      if (line.matches("(file_)?(dirty|writeback) \\d+")) {
        bytes += Long.parseLong(line.substring(line.indexOf(' ') + 1));
      }
    }
    return bytes;
  }

  Ended awaitEnd(long placementId) throws InterruptedException {
    for (var ended = ends.poll(20L * Wait.PATIENCE, TimeUnit.SECONDS);
        ended != null;
        ended = ends.poll(20L * Wait.PATIENCE, TimeUnit.SECONDS)) {
      if (ended.placementId() == placementId) {
        return ended;
      }
    }
    throw new AssertionError("placement " + placementId + " did not end");
  }

  /** Runs a command to its end and returns what it wrote. */
  String outputOf(String command) throws Exception {
    return outputOf(plan(command));
  }

  String outputOf(ContainerPlan plan) throws Exception {
    host.start(plan, 1);
    awaitEnd(plan.placementId());
    String text = log(plan.placementId(), 1);
    host.release(plan.placementId());
    return text;
  }

  String log(long placementId, int incarnation) throws IOException {
    var text = new StringBuilder();
    for (String line : Files.readAllLines(host.log(placementId, incarnation))) {
      text.append(line.split(" ", 4)[3]).append('\n');
    }
    return text.toString();
  }

  @Override
  public void close() {
    host.close();
    var left = Sweep.run(settings);
    if (!left.isEmpty()) {
      throw new AssertionError("the sweep left " + left);
    }
  }
}
