package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.proto.v1.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The instances on one node, of as many apps as there are on any, seen from the host. */
final class Neighbours {
  private final InstanceProcesses processes;
  private final List<Neighbour> all;

  private record Neighbour(String app, Instance instance) {}

  Neighbours(Stage<?> stage, List<String> apps) {
    Map<String, List<Neighbour>> byNode = new TreeMap<>();
    for (String app : apps) {
      for (Instance instance : stage.instances(app, "web")) {
        byNode
            .computeIfAbsent(instance.getNode(), _ -> new ArrayList<>())
            .add(new Neighbour(app, instance));
      }
    }
    processes = stage.cluster.processes();
    all =
        byNode.values().stream()
            .max(Comparator.comparingInt(Neighbours::apps).thenComparingInt(List::size))
            .orElseThrow();
  }

  private static int apps(List<Neighbour> neighbours) {
    return new HashSet<>(neighbours.stream().map(Neighbour::app).toList()).size();
  }

  /**
   * What one has read is in the memory of all, and each page of the program that all run is there
   * once.
   */
  void shareTheBase(Path file, String program) throws IOException {
    List<Long> pids = all.stream().map(this::pid).toList();
    Path first = root(pids.getFirst()).resolve(file);
    Path last = root(pids.getLast()).resolve(file);
    long size = Files.size(first);

    long before = PageCache.resident(last);
    byte[] read = Files.readAllBytes(first);
    long after = PageCache.resident(last);

    List<PageCache.Mapped> mapped =
        pids.stream().map(pid -> PageCache.mapped(pid, program)).toList();
    long resident = mapped.stream().mapToLong(PageCache.Mapped::resident).sum();
    long share = mapped.stream().mapToLong(PageCache.Mapped::share).sum();
    System.out.printf(
        "%d instances of %d apps on %s: %d of %d pages there for one once another has read them"
            + " (%d before); of %s %d KiB mapped in all, %d KiB in memory%n",
        pids.size(),
        apps(all),
        all.getFirst().instance.getNode(),
        after,
        size / 4096,
        before,
        program,
        resident,
        share);
    assertThat(pids).hasSizeGreaterThan(1);
    assertThat(read).hasSize((int) size);
    assertThat(before).isZero();
    assertThat(after).isEqualTo(size / 4096);
    assertThat(resident).isPositive();
    assertThat(share * pids.size()).isLessThan(resident * 3 / 2);
  }

  private long pid(Neighbour neighbour) {
    String name = neighbour.instance.getProcessType() + "." + neighbour.instance.getIndex();
    return processes.first(neighbour.app, name).orElseThrow();
  }

  private static Path root(long pid) {
    return Path.of("/proc/" + pid + "/root");
  }
}
