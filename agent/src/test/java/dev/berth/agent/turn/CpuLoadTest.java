package dev.berth.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The part of the time that cpus were idle. */
class CpuLoadTest {
  @TempDir Path directory;

  @Test
  void idleIsWhatNoCpuDidAndWhatWaitedForADisk() throws IOException {
    Path stat = directory.resolve("stat");
    var load = new CpuLoad(stat);
    Files.writeString(stat, "cpu  10 0 10 70 10 0 0 0 9 9\ncpu0 1 2 3\n");
    load.idleSinceLast();
    Files.writeString(stat, "cpu  30 10 20 100 20 10 5 5 99 99\ncpu0 1 2 3\n");

    assertThat(load.idleSinceLast()).isEqualTo(0.4);
    assertThat(load.idleSinceLast()).as("no time has passed").isEqualTo(1);
  }

  @Test
  void aFileThatIsNoTableOfCpusIsRefusedWithItsFirstLine() throws IOException {
    Path stat = Files.writeString(directory.resolve("stat"), "intr 5\n");

    assertThatThrownBy(() -> new CpuLoad(stat).idleSinceLast()).hasMessageContaining("'intr 5'");
  }
}
