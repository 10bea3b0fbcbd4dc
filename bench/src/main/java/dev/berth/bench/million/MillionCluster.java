package dev.berth.bench.million;

import dev.berth.bench.cluster.Deadline;
import dev.berth.identity.CertificateAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The processes of the cluster under test, and its directory; all of it is gone when it is closed.
 * Confined to one thread.
 */
final class MillionCluster implements AutoCloseable {
  static final String PROCESS_TYPE = "web";

  private final Dimensions dimensions;
  private final Deadline deadline;
  private final Path home;
  private final List<Integer> ports;
  private final Deque<OwnProcess> processes = new ArrayDeque<>();
  private int started;

  /** A scheduler that serves. */
  record Serving(OwnProcess process, int apiPort, int adminPort) {}

  private MillionCluster(Dimensions dimensions, LongSupplier nanoTime) throws IOException {
    this.dimensions = dimensions;
    this.deadline = new Deadline(nanoTime);
    this.home = Files.createTempDirectory("berth-million");
    this.ports = freePorts();
  }

  /** Certificates and the state of deployed apps; no process runs yet. */
  static MillionCluster prepare(Dimensions dimensions, LongSupplier nanoTime)
      throws IOException, InterruptedException {
    var cluster = new MillionCluster(dimensions, nanoTime);
    CertificateAuthority authority = CertificateAuthority.create(cluster.home.resolve("ca"));
    for (String name : List.of("scheduler", "operator")) {
      authority.issue(name, cluster.identity(name));
    }
    LaidState.lay(cluster.zooKeeper(), dimensions, PROCESS_TYPE);
    return cluster;
  }

  Path identity(String name) {
    return home.resolve("identity").resolve(name);
  }

  Path zooKeeper() {
    return home.resolve("zookeeper");
  }

  /** "127.0.0.1:PORT" of the first or the second scheduler. */
  String address(int number) {
    return "127.0.0.1:" + ports.get(number);
  }

  int port(int number) {
    return ports.get(number);
  }

  /** With the server embedded in it. */
  Serving scheduler(int number) throws IOException {
    return scheduler(number, "");
  }

  /** With a store of its own process; an empty connect string means the embedded one. */
  Serving scheduler(int number, String connect) throws IOException {
    OwnProcess process = launchScheduler(number, connect);
    var run = process.runFile(home.resolve("scheduler-" + started + ".run"), deadline);
    return new Serving(process, run.get("apiPort").asInt(), run.get("adminPort").asInt());
  }

  /** Does not wait for it. */
  OwnProcess launchScheduler(int number, String connect) throws IOException {
    String name = "scheduler-" + ++started;
    Path settings = home.resolve(name + ".properties");
    List<String> lines = new ArrayList<>();
    lines.add("cluster.id=million");
    lines.add("api.port=" + ports.get(number));
    lines.add("identity.directory=" + identity("scheduler"));
    lines.add("zookeeper.directory=" + zooKeeper());
    lines.add("blobs.directory=" + home.resolve("blobs"));
    lines.add("run.file=" + home.resolve(name + ".run"));
    if (!connect.isEmpty()) {
      lines.add("zookeeper.connect=" + connect);
    }
    Files.write(settings, lines);
    return start(
        flags(), List.of("dev.berth.scheduler.SchedulerMain", settings.toString()), name + ".log");
  }

  /** Further flags, for a profile; %n is the number of the start. */
  private List<String> more(String property) {
    String more = System.getProperty(property, "");
    return more.isEmpty()
        ? List.of()
        : List.of(more.replace("%n", Integer.toString(started)).split(" ", -1));
  }

  private List<String> flags() {
    List<String> flags = new ArrayList<>();
    flags.add("-Xmx" + dimensions.heapMib() + "m");
    flags.add("-XX:+UseG1GC");
    flags.add("-XX:G1RSetUpdatingPauseTimePercent=40"); // less of it beside the program
    flags.add("-XX:+UseCompactObjectHeaders");
    flags.add("-Xss512k");
    flags.add("-XX:+ExitOnOutOfMemoryError");
    flags.add("-Dio.netty.handler.ssl.noOpenSsl=true");
    flags.add("-Dberth.log.level=" + System.getProperty("berth.million.log", "WARN"));
    flags.addAll(more("berth.million.flags"));
    return flags;
  }

  /** ZooKeeper apart; returns its connect string. */
  String store() throws IOException {
    Path run = home.resolve("store.run");
    OwnProcess process =
        start(
            List.of("-Xmx1g", "-XX:+UseSerialGC"),
            List.of(StoreMain.class.getName(), zooKeeper().toString(), run.toString()),
            "store.log");
    return process.runFile(run, deadline).get("connect").asText();
  }

  /** The simulated agents; nobody has dialled yet. */
  OwnProcess agents() throws IOException {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "-Xmx" + (512 + dimensions.agents() / 2 + dimensions.instances() / 500) + "m",
                "-XX:+UseParallelGC",
                "-Dkeystore.pkcs12.keyPbeIterationCount=1", // ten thousand stores, all in memory
                "-XX:+UseCompactObjectHeaders",
                "-Dio.netty.handler.ssl.noOpenSsl=true",
                "-Dberth.log.level=WARN"));
    flags.addAll(more("berth.million.agent.flags"));
    OwnProcess process =
        start(
            flags,
            List.of(
                AgentsMain.class.getName(),
                home.toString(),
                Integer.toString(dimensions.agents()),
                Integer.toString(dimensions.instancesANode()),
                address(0) + "," + address(1)),
            "agents.log");
    String answer = process.answer();
    if (!answer.equals("ready")) {
      throw new IllegalStateException("the agents are not ready: " + answer);
    }
    return process;
  }

  private OwnProcess start(List<String> flags, List<String> words, String log) throws IOException {
    OwnProcess process = OwnProcess.start(flags, words, home.resolve(log));
    processes.push(process);
    return process;
  }

  /** Two that nobody used a moment ago. */
  private static List<Integer> freePorts() throws IOException {
    try (var first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return List.of(first.getLocalPort(), second.getLocalPort());
    }
  }

  @Override
  public void close() throws IOException {
    processes.forEach(OwnProcess::close);
    if (Boolean.getBoolean("berth.million.keep")) {
      return;
    }
    Files.walkFileTree(home, new Removal());
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path directory, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
