package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.linux.Programs;
import dev.berth.agent.sweep.Sweep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
@Timeout(60)
class SweepTest {
  @TempDir Path directory;

  @Test
  void nothingOfANodeIsLeftAfterItsAgentDiedWithContainersRunning() throws Exception {
    var node = new TestNode(directory);
    node.host().start(node.plan("exec sleep 1000"), 1);
    node.host().start(node.plan("trap '' TERM; while :; do sleep 1; done"), 1);
    assertThat(traces(node)).isNotEmpty();

    var left = Sweep.run(node.settings);

    assertThat(left).isEmpty();
    assertThat(traces(node)).isEmpty();
    assertThat(Sweep.run(node.settings)).isEmpty();
  }

  @Test
  void aNodeThatNeverWasIsCleanAlready() {
    var settings =
        new HostSettings(
            "abcdef", 7, directory.resolve("none"), "10.200.0.0/24", java.util.Optional.empty());

    assertThat(Sweep.run(settings)).isEmpty();
  }

  /** Everything on the host that carries the node's cluster id or lies below its directory. */
  private List<String> traces(TestNode node) throws IOException {
    List<String> found = new ArrayList<>();
    String id = node.settings.clusterId();
    String state = node.settings.stateDirectory().toString();
    Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains(state))
        .forEach(found::add);
    try (var loops = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
      for (Path loop : loops) {
        String file = text(loop.resolve("loop/backing_file"));
        if (file.contains(state)) {
          found.add(loop + " " + file);
        }
      }
    }
    try (var links = Files.newDirectoryStream(Path.of("/sys/class/net"), "*" + id + "*")) {
      links.forEach(link -> found.add(link.toString()));
    }
    try (var cgroups = Files.newDirectoryStream(Path.of("/sys/fs/cgroup"))) {
      for (Path cgroup : cgroups) {
        if (Files.exists(cgroup.resolve("berth-" + id))) {
          found.add(cgroup.toString());
        }
      }
    }
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (text(process.resolve("cmdline")).contains(state + "/live")) {
          found.add(process.toString());
        }
      }
    }
    try (var programs = new Programs()) {
      programs
          .need(List.of("/usr/sbin/nft", "list", "tables"))
          .lines()
          .filter(line -> line.contains(id))
          .forEach(found::add);
    }
    return found;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
