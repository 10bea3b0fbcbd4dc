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
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What takes a cell that differs from those of the checks. */
@Tag("root")
@Timeout(60)
class CellTest {
  /** The filter of system calls is left out for it. */
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

  @Test
  void aDescriptorThatWasLeftOpenIsNoticed() throws Exception {
    var check =
        HostVerification.checks().stream()
            .filter(each -> each.name().equals("no-inherited-descriptors"))
            .findFirst()
            .orElseThrow();
    String leak = "$^F = 20; open(our $leak, '<', '/proc/self/maps');";

    assertThat(in(Defences.all(), leak, check::run).passed()).isFalse();
    assertThat(in(Defences.all(), "", check::run).passed()).isTrue();
  }

  private interface Look<T> {
    T at(Cell cell) throws Exception;
  }

  private String keyring(Defences defences) throws Exception {
    var open = defences.without(Defence.SYSTEM_CALL_FILTER, Defence.READ_BACK);
    return in(open, "", cell -> cell.inside(DESCRIBE));
  }

  private <T> T in(Defences defences, String first, Look<T> look) throws Exception {
    var settings =
        new HostSettings(
            "%06x".formatted(RANDOM.nextInt(1 << 24)),
            1,
            directory.resolve("state"),
            "10.205." + RANDOM.nextInt(1, 255) + ".0/24",
            Optional.empty(),
            List.of(),
            List.of(),
            defences);
    try (var programs = new Programs();
        var host =
            ContainerHost.open(
                settings,
                (digest, _) -> {
                  throw new FileNotFoundException(digest);
                });
        var cells = new Cells(host, CellImages.make(host, programs), programs, first)) {
      return look.at(cells.first());
    } finally {
      assertThat(Sweep.run(settings)).isEmpty();
    }
  }
}
