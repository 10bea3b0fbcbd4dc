package dev.berth.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.runtime.Wait;
import dev.berth.turn.RealTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** It beats with real-time threads while cpus are busy, and only then, and once on a host. */
@Tag("root")
@Timeout(60)
class MetronomeTest {
  private static final Duration BEAT = Duration.ofNanos(300_000);

  @TempDir Path directory;
  private Metronome.HostFiles sources;
  private final AtomicLong busy = new AtomicLong();
  private final AtomicLong idle = new AtomicLong();

  @BeforeEach
  void write() throws IOException {
    sources =
        new Metronome.HostFiles(
            directory.resolve("stat"),
            Cgroups.ofThisHost().realTimeThreads(),
            directory.resolve("lock"));
    pass(0, 100);
  }

  private void pass(long moreBusy, long moreIdle) throws IOException {
    Path next = directory.resolve("next");
    Files.writeString(
        next,
        "cpu  %d 0 0 %d 0 0 0 0\n".formatted(busy.addAndGet(moreBusy), idle.addAndGet(moreIdle)));
    Files.move(next, sources.stat(), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void whileCpusAreBusyItBeatsInRealTimeAndRestsAfterwards() throws Exception {
    try (var metronome = Metronome.start(sources, BEAT)) {
      Wait.until(() -> {
        pass(100, 0);
        return metronome.beats() > 1_000;
      });
      assertThat(beaters()).hasSize(Runtime.getRuntime().availableProcessors());
      assertThat(beaters()).allMatch(RealTime::has);

      Wait.until(() -> {
        pass(0, 100);
        return !metronome.isBeating();
      });
    }
    // A thread that was joined has run its last Java code; the kernel may take a moment more.
    Wait.until(() -> beaters().isEmpty());
  }

  @Test
  void aSecondOneOnTheHostBeatsOnlyWhenTheFirstHasEnded() throws Exception {
    var first = Metronome.start(sources, BEAT);
    try (var second = Metronome.start(sources, BEAT)) {
      Wait.until(() -> {
        pass(100, 0);
        return first.beats() + second.beats() > 1_000;
      });
      boolean isFirst = first.beats() > 0;
      assertThat(isFirst ? second.beats() : first.beats()).isZero();

      (isFirst ? first : second).close();

      Wait.until(() -> {
        pass(100, 0);
        return (isFirst ? second : first).beats() > 1_000;
      });
    } finally {
      first.close();
    }
  }

  private static List<Long> beaters() throws IOException {
    List<Long> found = new ArrayList<>();
    try (var threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        if (name(thread).startsWith("beat-")) {
          found.add(Long.parseLong(thread.getFileName().toString()));
        }
      }
    }
    return found;
  }

  private static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm"));
    } catch (IOException ended) {
      return "";
    }
  }
}
