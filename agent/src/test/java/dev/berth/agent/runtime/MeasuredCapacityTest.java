package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredCapacityTest {
  @TempDir Path state;

  @Test
  void instancesMayUseSevenEighthsOfTheHostsProcessIds() throws Exception {
    long most =
        Long.parseLong(Files.readAllLines(Path.of("/proc/sys/kernel/pid_max")).getFirst().strip());

    Capacity measured = HostOpening.measured(state);

    assertThat(measured.pids()).isEqualTo(most * 7 / 8);
  }
}
