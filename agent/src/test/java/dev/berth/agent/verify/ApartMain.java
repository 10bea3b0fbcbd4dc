package dev.berth.agent.verify;

import dev.berth.agent.linux.Programs;
import dev.berth.agent.network.NodeNetwork;
import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.sweep.Sweep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Verifies a node whose host's network is one of its own, so that a container which shares it harms
 * nobody: in another JVM, in network and mount namespaces that end with it.
 */
final class ApartMain {
  private static final String MOUNT = "/usr/bin/mount";
  private static final String IP = NodeNetwork.IP;
  private static final long SECONDS = 45;

  private ApartMain() {}

  static Verification verify(HostSettings settings, Defence... off) throws Exception {
    Path report = settings.stateDirectory().resolveSibling("apart.txt");
    Path output = settings.stateDirectory().resolveSibling("apart.log");
    // On one processor: Linux 6.18 numbers namespaces by the processor that makes them, and refuses
    // to hold one whose number is not above that of its maker's.
    List<String> command = new ArrayList<>(List.of("/usr/bin/taskset", "-c", processor()));
    command.addAll(List.of("/usr/bin/unshare", "--net", "--mount"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ApartMain.class.getName(), "" + report));
    command.add("" + settings.stateDirectory().resolveSibling("apart"));
    command.add(settings.clusterId());
    command.add(settings.subnet());
    Arrays.stream(off).map(Defence::name).forEach(command::add);
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    if (process.exitValue() != 0) {
      throw new IOException(process.exitValue() + ": " + Files.readString(output));
    }
    return new Verification(
        Files.readAllLines(report).stream().map(ApartMain::read).toList(), 0, true);
  }

  /** The first one that this process may use. */
  private static String processor() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .map(line -> line.split("\\D+", -1)[1])
        .findFirst()
        .orElse("0");
  }

  private static Finding read(String line) {
    String[] words = line.split("\t", -1);
    return new Finding(
        words[0], "", "", words[3], Boolean.parseBoolean(words[1]), Boolean.parseBoolean(words[2]));
  }

  private static String written(Finding it) {
    String seen = it.seen().replace('\t', ' ').replace('\n', ' ');
    return it.name() + "\t" + it.required() + "\t" + it.passed() + "\t" + seen;
  }

  /** Report, state directory, cluster, subnet, and the defences to leave out. */
  public static void main(String[] arguments) throws Exception {
    var off = Arrays.stream(arguments).skip(4).map(Defence::valueOf).toArray(Defence[]::new);
    var settings =
        new HostSettings(arguments[2], 2, Path.of(arguments[1]), arguments[3], Optional.empty())
            .with(Defences.all().without(off));
    makeItsOwn(settings);
    List<String> lines =
        EachDefenceTest.verify(settings).findings().stream().map(ApartMain::written).toList();
    Files.write(Path.of(arguments[0]), lines);
    System.exit(Sweep.run(settings).isEmpty() ? 0 : 1);
  }

  /** Shows the links of this network in /sys, and has the addresses of its cells. */
  private static void makeItsOwn(HostSettings settings) throws IOException {
    Path cgroups = Files.createDirectories(settings.stateDirectory().resolveSibling("cgroup"));
    try (var programs = new Programs()) {
      programs.need(List.of(MOUNT, "--rbind", "/sys/fs/cgroup", "" + cgroups));
      programs.need(List.of("/usr/bin/umount", "--lazy", "/sys"));
      programs.need(List.of(MOUNT, "-t", "sysfs", "sysfs", "/sys"));
      programs.need(List.of(MOUNT, "--rbind", "" + cgroups, "/sys/fs/cgroup"));
      programs.need(List.of(IP, "link", "set", "lo", "up"));
      programs.need(List.of(IP, "route", "add", "local", settings.subnet(), "dev", "lo"));
    }
  }
}
