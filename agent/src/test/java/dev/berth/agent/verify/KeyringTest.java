package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.linux.Programs;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.sweep.Sweep;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Without the filter of system calls, so that a container can ask for its keyring at all. */
@Tag("root")
@Timeout(60)
class KeyringTest {
  private static final String DESCRIBE =
      """
      my $text = "\\0" x 200;
      my $length = syscall(250, 6, -3, $text, 200);
      print $length < 0 ? "error " . ($! + 0) : substr($text, 0, $length - 1);
      """;
  private static final RandomGenerator RANDOM = RandomGenerator.getDefault();
  @TempDir private Path directory;

  @Test
  void aContainerHasASessionKeyringOfItsOwn() throws Exception {
    assertThat(keyring(Defences.all())).endsWith("p" + ContainerHost.FIRST_CELL + "-1");
  }

  @Test
  void withoutThatItIsInTheHosts() throws Exception {
    assertThat(keyring(Defences.all().without(Defence.OWN_KEYRING)))
        .doesNotContain("p" + ContainerHost.FIRST_CELL);
  }

  private String keyring(Defences defences) throws Exception {
    var settings =
        new HostSettings(
            "%06x".formatted(RANDOM.nextInt(1 << 24)),
            1,
            directory.resolve("state"),
            "10.205." + RANDOM.nextInt(1, 255) + ".0/24",
            Optional.empty(),
            defences.without(Defence.SYSTEM_CALL_FILTER, Defence.READ_BACK));
    try (var programs = new Programs();
        var host =
            ContainerHost.open(
                settings,
                (digest, _) -> {
                  throw new FileNotFoundException(digest);
                });
        var cells = new Cells(host, CellImages.make(host, programs), programs)) {
      return cells.first().inside(DESCRIBE);
    } finally {
      assertThat(Sweep.run(settings)).isEmpty();
    }
  }
}
