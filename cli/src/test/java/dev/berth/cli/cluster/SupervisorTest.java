package dev.berth.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
  private static final Program SLEEPER =
      new Program("sleeper", "Sleeper", List.of(), List.of(), Map.of());

  @TempDir Path directory;
  private StateDirectory state;
  private Supervisor supervisor;

  @BeforeEach
  void make() {
    state = new StateDirectory(directory);
    state.make();
    supervisor = supervisor("sleep", "600");
  }

  @AfterEach
  void close() {
    supervisor.close();
  }

  @Test
  void aProgramThatIsKilledRunsAgain() {
    supervisor.start();
    long first = supervisor.pid("sleeper");

    ProcessHandle.of(first).orElseThrow().destroyForcibly();

    await(() -> supervisor.pid("sleeper") != first && supervisor.pid("sleeper") != 0);
    assertThat(supervisor.starts("sleeper")).isEqualTo(2);
  }

  @Test
  void afterCloseNothingRunsAndNothingStarts() {
    supervisor.start();
    ProcessHandle process = ProcessHandle.of(supervisor.pid("sleeper")).orElseThrow();

    supervisor.close();

    assertThat(process.isAlive()).isFalse();
    assertThat(supervisor.pid("sleeper")).isZero();
    assertThat(supervisor.starts("sleeper")).isEqualTo(1);
  }

  @Test
  void processesAreOnDiskForWhoeverComesAfterACrash() {
    supervisor.start();

    Map<String, ProcessHandle> living = ProcessTable.living(state.processFile());

    assertThat(living).containsOnlyKeys("supervisor", "sleeper");
    assertThat(living.values())
        .extracting(ProcessHandle::pid)
        .contains(supervisor.pid("sleeper"), ProcessHandle.current().pid());
  }

  @Test
  void aPidUsedAgainIsNotTakenForOurs() throws Exception {
    supervisor.start();
    String table = java.nio.file.Files.readString(state.processFile());
    java.nio.file.Files.writeString(
        state.processFile(), table.replaceAll("\"began\":[0-9]+", "\"began\":1"));

    assertThat(ProcessTable.living(state.processFile())).isEmpty();
  }

  @Test
  void thereIsOneSupervisorForAStateDirectory() {
    supervisor.start();
    Supervisor second = supervisor("sleep", "600");

    assertThat(Supervisor.isAtWork(state)).isTrue();
    assertThatThrownBy(second::start)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("a cluster runs already from");
  }

  @Test
  void aProgramThatCannotLiveIsStartedEverMoreSlowly() {
    supervisor = supervisor("false");
    supervisor.start();

    await(() -> supervisor.starts("sleeper") >= 3);

    assertThat(supervisor.starts("sleeper")).isLessThan(6);
  }

  private Supervisor supervisor(String... command) {
    return new Supervisor(state, List.of(SLEEPER), program -> started(command), Clock.systemUTC());
  }

  private static Process started(String... command) {
    try {
      return new ProcessBuilder(command).start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void await(BooleanSupplier condition) {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).isBefore(deadline);
      Thread.onSpinWait();
    }
  }
}
