package dev.berth.scheduler.slug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TarInspectionTest {
  private static final SlugLimits LIMITS = new SlugLimits(10_000, 50);

  /** See {@link TarTricksTest}. */
  private static final EnumSet<Rule> OF_THE_WHOLE_TAR =
      EnumSet.of(
          Rule.UNREADABLE,
          Rule.NOT_A_TAR,
          Rule.HEADER_AMBIGUOUS,
          Rule.GLOBAL_HEADER,
          Rule.MOUNT_POINT_IS_LINK,
          Rule.TOO_LONG_NAMES);

  static Stream<Arguments> hostileTars() {
    String deep = "d/".repeat(64) + "f";
    return Stream.of(
        hostile(Rule.ABSOLUTE_PATH, new Tar().file("/etc/passwd", "x")),
        hostile(Rule.CLIMBS_OUT, new Tar().file("a/../../x", "x")),
        hostile(Rule.NOT_CANONICAL, new Tar().file("a//b", "x")),
        hostile(Rule.NAME_EMPTY, new Tar().symlink(".", "x")),
        hostile(Rule.NAME_TOO_LONG, new Tar().file("n".repeat(256), "x")),
        hostile(Rule.NAME_HAS_CONTROL_BYTES, new Tar().file("a\nb", "x")),
        hostile(Rule.NAME_NOT_UTF8, new Tar().file("a\uFFFDb", "x")),
        hostile(Rule.NAME_IS_WHITEOUT, new Tar().file("lib/.wh..wh..opq", "")),
        hostile(Rule.PATH_TOO_LONG, new Tar().file(("n".repeat(200) + "/").repeat(21) + "f", "")),
        hostile(Rule.PATH_TOO_DEEP, new Tar().file(deep, "")),
        hostile(Rule.DUPLICATE, new Tar().file("a", "1").file("./a", "2")),
        hostile(Rule.PARENT_NOT_DIRECTORY, new Tar().symlink("a", "/etc").file("a/passwd", "x")),
        hostile(Rule.LINK_EMPTY, new Tar().symlink("a", "")),
        hostile(Rule.LINK_HAS_CONTROL_BYTES, new Tar().symlink("a", "b\u0007")),
        hostile(Rule.LINK_TOO_LONG, new Tar().symlink("a", "b/".repeat(2049))),
        hostile(Rule.SYMLINK_CLIMBS_OUT, new Tar().symlink("a/b", "../../etc/passwd")),
        hostile(Rule.HARD_LINK_TARGET, new Tar().hardLink("a", "/etc/shadow")),
        hostile(Rule.DEVICE, new Tar().entry("null", TarConstants.LF_CHR)),
        hostile(Rule.FIFO, new Tar().entry("pipe", TarConstants.LF_FIFO)),
        hostile(Rule.UNKNOWN_TYPE, new Tar().entry("odd", (byte) 'V')),
        hostile(Rule.SPARSE, new Tar().entry("s", TarConstants.LF_GNUTYPE_SPARSE)),
        hostile(Rule.TOO_MANY_ENTRIES, files(51)),
        hostile(Rule.TOO_MANY_BYTES, new Tar().file("big", "x".repeat(10_001))));
  }

  @ParameterizedTest
  @MethodSource("hostileTars")
  void eachRuleIsToldByItself(Rule rule, Tar tar) {
    Set<Rule> found = rules(inspect(tar.bytes()));

    assertThat(found).containsExactly(rule);
  }

  @Test
  void everyRuleHasAHostileTar() {
    Set<Rule> covered = hostileTars().map(args -> (Rule) args.get()[0]).collect(Collectors.toSet());

    assertThat(covered).isEqualTo(EnumSet.complementOf(OF_THE_WHOLE_TAR));
  }

  @Test
  void allThatIsWrongIsToldAtOnceWithItsPath() {
    Tar tar = Tar.small().file("/x", "").symlink("y", "../z").entry("p", TarConstants.LF_FIFO);

    List<Violation> found = inspect(tar.bytes()).violations().kept();

    assertThat(found).extracting(Violation::path).containsExactly("/x", "y", "p");
  }

  @Test
  void onlyTheFirstHundredViolationsAreKeptButAllAreCounted() {
    Tar tar = new Tar();
    for (int i = 0; i < 150; i++) {
      tar.file("/f" + i, "");
    }

    Violations found = inspect(tar.bytes(), new SlugLimits(1000, 1000)).violations();

    assertThat(found.count()).isEqualTo(150);
    assertThat(found.kept()).hasSize(Violations.KEPT);
  }

  @Test
  void aTarThatBreaksOffIsUnreadable() {
    byte[] whole = new Tar().file("a", "x".repeat(2000)).bytes();

    Set<Rule> found = rules(inspect(Arrays.copyOf(whole, 1000)));

    assertThat(found).containsExactly(Rule.UNREADABLE);
  }

  @Test
  void bytesThatAreNoTarAreUnreadable() {
    byte[] noise = "this is not a tar, not at all. ".repeat(100).getBytes(UTF_8);

    assertThat(rules(inspect(noise))).containsExactly(Rule.UNREADABLE);
  }

  @Test
  void aHugeLongNameHeaderIsNotReadIntoMemory() throws IOException {
    TarArchiveEntry longName = new TarArchiveEntry("././@LongLink", (byte) 'L');
    longName.setSize(1 << 20);
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    byte[] header = new byte[512];
    longName.writeEntryHeader(header);
    tar.write(header);
    tar.write(new byte[1 << 20]);

    Violations found = inspect(tar.toByteArray(), SlugLimits.DEFAULT).violations();

    assertThat(found.kept()).extracting(Violation::rule).containsExactly(Rule.UNREADABLE);
    assertThat(found.kept().getFirst().detail()).contains("65536 bytes");
  }

  @Test
  void linksThatStayInsideOrNameTheBaseAreAllowed() {
    Tar tar =
        Tar.small()
            .symlink("venv/bin/python", "/usr/bin/python3")
            .symlink("a/b/c", "../../run")
            .hardLink("run2", "./run");

    assertThat(inspect(tar.bytes()).violations().kept()).isEmpty();
  }

  @Test
  void aDirectoryMayComeAfterWhatIsInItButNotTwice() {
    Tar once = new Tar().file("d/f", "").directory("d");
    Tar twice = new Tar().file("d/f", "").directory("d").directory("d");

    assertThat(rules(inspect(once.bytes()))).isEmpty();
    assertThat(rules(inspect(twice.bytes()))).containsExactly(Rule.DUPLICATE);
  }

  @Test
  void extendedAttributesAndOwnersAreNotPassedOn() throws IOException {
    Map<String, String> headers = Map.of("SCHILY.xattr.security.capability", "evil");
    byte[] plain = new Tar().file("a", "x").bytes();
    byte[] dressed = new Tar().withHeaders("a", "x", headers).bytes();

    assertThat(clean(dressed)).isEqualTo(clean(plain));
  }

  @Test
  void setuidSetgidAndStickyBitsAreStripped() throws IOException {
    byte[] plain = new Tar().file("a", "x", 0755).bytes();
    byte[] setuid = new Tar().file("a", "x", 07711).bytes();

    assertThat(clean(setuid)).isEqualTo(clean(plain));
  }

  private static Arguments hostile(Rule rule, Tar tar) {
    return argumentSet(rule.name(), rule, tar);
  }

  private static Tar files(int count) {
    Tar tar = new Tar();
    for (int i = 0; i < count; i++) {
      tar.file("f" + i, "");
    }
    return tar;
  }

  private static byte[] clean(byte[] tar) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CleanTar.write(new ByteArrayInputStream(tar), out);
    return out.toByteArray();
  }

  private static TarInspection.Findings inspect(byte[] tar) {
    return inspect(tar, LIMITS);
  }

  private static TarInspection.Findings inspect(byte[] tar, SlugLimits limits) {
    try {
      return TarInspection.inspect(new ByteArrayInputStream(tar), limits);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<Rule> rules(TarInspection.Findings findings) {
    return findings.violations().kept().stream().map(Violation::rule).collect(Collectors.toSet());
  }
}
