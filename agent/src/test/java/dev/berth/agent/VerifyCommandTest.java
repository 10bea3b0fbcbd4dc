package dev.berth.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.agent.runtime.HostSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class VerifyCommandTest {
  private static final RandomGenerator RANDOM = RandomGenerator.getDefault();
  @TempDir private Path directory;

  @Test
  void anUnknownFlagIsRefused() {
    assertThatThrownBy(() -> VerifyCommand.of(List.of("--fast"), InstantSource.system()))
        .hasMessage("verify takes --quick and --json, not '--fast'");
  }

  @Test
  @Tag("root")
  void aHostIsVerifiedWithoutAnAgentAndNothingIsLeft() throws Exception {
    var said = new ByteArrayOutputStream();
    var node =
        new HostSettings(
            "%06x".formatted(RANDOM.nextInt(1 << 24)),
            1,
            directory.resolve("state"),
            "10.207.0.0/24",
            Optional.empty());

    int code =
        VerifyCommand.of(List.of("--quick", "--json"), InstantSource.system())
            .run(node, new PrintStream(said, true, StandardCharsets.UTF_8));

    var report = new ObjectMapper().readTree(said.toByteArray());
    assertThat(code).isZero();
    assertThat(report.get("full").asBoolean()).isFalse();
    assertThat(report.get("findings").size()).isGreaterThan(20);
    assertThat(directory).isEmptyDirectory();
  }
}
