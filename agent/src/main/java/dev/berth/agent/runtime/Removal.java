package dev.berth.agent.runtime;

import dev.berth.agent.image.StateLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away all that one container has on the host, however far its making had come.
 *
 * <p>Goes on after each failure and says what stays; may be repeated. Thread-safe for different
 * containers.
 */
record Removal(HostParts parts) {
  private static final Logger LOG = LoggerFactory.getLogger(Removal.class);
  private static final int TURNS = 500;

  private interface Step {
    void run() throws IOException;
  }

  void remove(String name, int place) {
    StateLayout layout = parts.layout();
    String cgroup = parts.cgroup(name);
    killAll(cgroup);
    attempt("free the disks of " + name, () -> parts.cgroups().freeDisks(cgroup));
    if (parts.runtime().knows(name)) {
      attempt("delete the container of " + name, () -> parts.runtime().delete(name));
    }
    attempt("remove the link of " + name, () -> parts.network().detach(place));
    attempt(
        "free the device of " + name,
        () -> Limiting.freeDevice(parts.cgroups(), layout.bundle(name)));
    attempt("unmount the root of " + name, () -> parts.roots().takeDown(name));
    removeCgroup(cgroup);
    // On a slow host it would take its little cpu seconds to end by itself; its log goes with it.
    killAll(Limiting.shim(cgroup));
    removeCgroup(Limiting.shim(cgroup));
    attempt("delete the bundle of " + name, () -> deleteTree(layout.bundle(name)));
    attempt("delete the exit of " + name, () -> Files.deleteIfExists(layout.exits().resolve(name)));
    attempt("delete the log of " + name, () -> Files.deleteIfExists(log(layout, name)));
  }

  private void removeCgroup(String cgroup) {
    for (int turn = 0; turn < TURNS && !parts.cgroups().remove(cgroup).isEmpty(); turn++) {
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** Whether neither a process nor a mount of a container is left. */
  boolean isGone(String name) {
    return parts.cgroups().directories(parts.cgroup(name)).stream().noneMatch(Files::exists)
        && !Files.exists(parts.layout().rootMount(name));
  }

  static Path log(StateLayout layout, String name) {
    return layout.logs().resolve(name + ".log");
  }

  private void killAll(String cgroup) {
    for (int turn = 0; turn < TURNS; turn++) {
      var processes = parts.cgroups().processes(cgroup);
      if (processes.isEmpty()) {
        return;
      }
      for (long pid : processes) {
        int process = parts.syscalls().openProcess(pid);
        if (process >= 0) {
          parts.syscalls().signal(process, 9);
          parts.syscalls().close(process);
        }
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  private static void attempt(String what, Step step) {
    try {
      step.run();
    } catch (IOException e) {
      LOG.warn("can't {}; the sweep will: {}", what, e.getMessage());
    }
  }

  static void deleteTree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var below = Files.walk(directory)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
