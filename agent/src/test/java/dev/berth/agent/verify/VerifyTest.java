package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.sweep.Sweep;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
@Timeout(60)
class VerifyTest {
  private static final RandomGenerator RANDOM = RandomGenerator.getDefault();
  @TempDir private Path directory;
  private HostSettings settings;
  private ContainerHost host;

  @BeforeEach
  void open() throws Exception {
    settings =
        new HostSettings(
            "%06x".formatted(RANDOM.nextInt(1 << 24)),
            1,
            directory.resolve("state"),
            "10.202." + RANDOM.nextInt(1, 255) + ".0/24",
            Optional.empty());
    host =
        ContainerHost.open(
            settings,
            (digest, _) -> {
              throw new FileNotFoundException(digest);
            });
    host.adopt();
  }

  @AfterEach
  void close() {
    host.close();
    assertThat(Sweep.run(settings)).isEmpty();
  }

  @Test
  void thisHostPassesEveryRequiredCheck() throws Exception {
    Verification verification = new HostVerification(host, InstantSource.system()).full();

    assertThat(verification.findings()).filteredOn(f -> f.required() && !f.passed()).isEmpty();
  }

  @Test
  void theShortFormTakesLessThanTwoSeconds() throws Exception {
    var verifier = new HostVerification(host, InstantSource.system());
    long best = Long.MAX_VALUE;

    for (int turn = 0; turn < 3; turn++) {
      Verification verification = verifier.quick();
      assertThat(verification.passed()).isTrue();
      best = Math.min(best, verification.millis());
    }

    assertThat(best).isLessThan(2000); // other tests may load the machine
  }
}
