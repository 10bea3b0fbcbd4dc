package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import dev.berth.agent.runtime.HostException;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.sweep.Sweep;
import java.io.FileNotFoundException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every check can fail: it does when what it looks after is left out. */
@Tag("root")
@Timeout(60)
class EachDefenceTest {
  private static final RandomGenerator RANDOM = RandomGenerator.getDefault();

  /** Not all of them only where a machine is emulated; see docs/testing.md. */
  private static final Pattern DEFENCES =
      Pattern.compile(System.getProperty("berth.test.defences", ".*"));

  /** What is not a property of one container, so that its read back can't show it. */
  private static final Set<Defence> SEEN_BY_CHECKS_ONLY =
      EnumSet.of(
          Defence.OWN_ID_RANGE,
          Defence.OWN_RUNTIME,
          Defence.CLOSED_DIRECTORIES,
          Defence.LOG_RATE,
          Defence.NO_DESCRIPTORS, // a process may open any file before it is looked at
          Defence.CLEAN_ENVIRONMENT, // and write over its variables
          Defence.UNREACHABLE_NETWORKS,
          Defence.FORBIDDEN_NETWORKS,
          Defence.EGRESS_POLICY,
          Defence.CLOSED_TO_OUTSIDE,
          Defence.CONNECTION_LIMIT,
          Defence.SOURCE_CHECK);

  /** Where leaving out one defence shows nothing. */
  private static final Map<String, String> WITHOUT_A_SWITCH =
      Map.of(
          "set-user-id-without-effect",
          "each of two defences is enough; a test below leaves out both");

  @TempDir static Path directory;
  private static HostSettings settings;

  @BeforeAll
  static void choose() {
    settings =
        new HostSettings(
                "%06x".formatted(RANDOM.nextInt(1 << 24)),
                1,
                directory.resolve("state"),
                "10.204." + RANDOM.nextInt(1, 255) + ".0/24",
                Optional.empty())
            .forbidding(List.of("203.0.113.0/24", "224.0.0.0/4"));
  }

  @AfterAll
  static void sweep() {
    assertThat(Sweep.run(settings)).isEmpty();
  }

  static Stream<Defence> noticed() {
    return HostVerification.checks().stream()
        .flatMap(check -> check.notices().stream())
        .distinct()
        .filter(defence -> DEFENCES.matcher(defence.name()).matches())
        .sorted();
  }

  static Stream<Defence> readBack() {
    return noticed().filter(defence -> !SEEN_BY_CHECKS_ONLY.contains(defence));
  }

  @Test
  void withAllDefencesEveryCheckPasses() throws Exception {
    Verification verification = verify();

    assertThat(verification.findings()).filteredOn(finding -> !finding.passed()).isEmpty();
    assertThat(verification.findings()).hasSize(HostVerification.checks().size() + 1);
  }

  @Test
  void everyRequiredCheckHasADefenceThatCanBeLeftOut() {
    assertThat(
            HostVerification.checks().stream()
                .filter(check -> check.required() && check.notices().isEmpty())
                .map(Check::name))
        .containsExactlyInAnyOrderElementsOf(WITHOUT_A_SWITCH.keySet());
  }

  @ParameterizedTest
  @MethodSource("noticed")
  void withoutItEveryCheckThatLooksAfterItFails(Defence defence) throws Exception {
    Verification verification = verify(defence, Defence.READ_BACK);

    List<String> failed =
        verification.findings().stream()
            .filter(finding -> !finding.passed() && !finding.seen().startsWith("could not look"))
            .map(Finding::name)
            .toList();
    assertThat(failed)
        .containsAll(
            HostVerification.checks().stream()
                .filter(check -> check.notices().contains(defence))
                .map(Check::name)
                .toList());
    assertThat(verification.passed()).isFalse();
  }

  /** Each of the two is enough, so leaving out one alone shows nothing. */
  @Test
  void withoutBothDefencesASetUserIdProgramOfTheBaseGainsRoot() throws Exception {
    var verification = verify(Defence.NO_SET_USER_ID, Defence.NO_NEW_PRIVILEGES, Defence.READ_BACK);

    assertThat(verification.findings())
        .filteredOn(finding -> finding.name().equals("set-user-id-without-effect"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.seen()).isEqualTo("104755 0"));
  }

  @ParameterizedTest
  @MethodSource("readBack")
  void withoutItNoContainerIsHandedOver(Defence defence) throws Exception {
    Verification verification = verify(defence);

    assertThat(verification.findings())
        .singleElement()
        .satisfies(cell -> assertThat(cell.seen()).contains("was not set up as ordered"));
  }

  private static Verification verify(Defence... off) throws Exception {
    if (List.of(off).contains(Defence.OWN_NETWORK_NAMESPACE)) {
      return ApartMain.verify(settings, off);
    }
    return verify(settings.with(Defences.all().without(off)));
  }

  static Verification verify(HostSettings settings) throws HostException, Exception {
    var host =
        ContainerHost.open(
            settings,
            (digest, _) -> {
              throw new FileNotFoundException(digest);
            });
    try (host) {
      host.adopt();
      return new HostVerification(host, InstantSource.system()).full();
    }
  }
}
