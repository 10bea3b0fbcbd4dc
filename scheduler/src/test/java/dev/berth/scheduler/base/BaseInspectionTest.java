package dev.berth.scheduler.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.berth.scheduler.confine.Confinement;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BaseInspectionTest {
  private static final List<String> PLAIN = List.of("-no-xattrs");

  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void layOut() throws IOException {
    root = directory.resolve("root");
    for (String name : List.of("app", "dev", "etc", "proc", "sys", "tmp", "usr/bin", "var/tmp")) {
      Files.createDirectories(root.resolve(name));
    }
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Files.writeString(root.resolve("usr/bin/tool"), "x");
    Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("/dev/null", BaseRule.DEVICE, "dev/null c 666 0 0 1 3"),
        fault("/disk", BaseRule.DEVICE, "disk b 666 0 0 8 0"),
        fault("/pipe", BaseRule.PIPE_OR_SOCKET, "pipe i 644 0 0 f"),
        fault("/socket", BaseRule.PIPE_OR_SOCKET, "socket i 644 0 0 s"),
        fault("/usr/bin/su", BaseRule.SET_ID, "usr/bin/su f 4755 0 0 echo x"),
        fault("/usr/bin/wall", BaseRule.SET_ID, "usr/bin/wall f 2745 0 0 echo x"),
        fault("/run", BaseRule.MOUNT_POINT_NOT_DIRECTORY, "run s 777 0 0 var"),
        fault("/etc/hosts", BaseRule.FURNISHING_NOT_FILE, "etc/hosts s 777 0 0 /proc/self/fd/9"),
        fault("/dev/pts/0", BaseRule.IN_DEVICES, "dev/pts d 755 0 0", "dev/pts/0 s 777 0 0 /x"),
        fault("/.wh.x", BaseRule.WHITEOUT, ".wh.x d 755 0 0"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void eachFaultIsToldWithItsPath(String path, BaseRule rule, List<String> pseudo)
      throws Exception {
    Path image = TestBases.squash(root, PLAIN, pseudo.toArray(String[]::new));

    assertThat(found(image)).containsExactly(new BaseFaults.Fault(path, rule, ""));
  }

  /** CVE-2025-31133 and CVE-2026-41579: what a runtime mounts over leads elsewhere. */
  @ParameterizedTest
  @MethodSource("mountPoints")
  void aMountPointThatIsALinkIsRefused(String name) throws Exception {
    try (Stream<Path> files = Files.walk(root.resolve(name))) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
    }
    Files.createSymbolicLink(root.resolve(name), Path.of("../../x"));

    assertThat(found(TestBases.squash(root, PLAIN)))
        .containsExactly(new BaseFaults.Fault("/" + name, BaseRule.MOUNT_POINT_NOT_DIRECTORY, ""));
  }

  static Stream<String> mountPoints() {
    return Stream.of("dev", "proc", "sys", "app", "tmp", "etc", "var", "var/tmp");
  }

  /** CVE-2025-31133: the source of a mask is a link to a kernel file. */
  @Test
  void aNullDeviceThatIsALinkIsRefused() throws Exception {
    Files.createSymbolicLink(root.resolve("dev/null"), Path.of("/proc/sys/kernel/core_pattern"));

    assertThat(found(TestBases.squash(root, PLAIN)))
        .containsExactly(new BaseFaults.Fault("/dev/null", BaseRule.IN_DEVICES, ""));
  }

  @Test
  void anHonestBaseIsTakenAndStaysPrivate() throws Exception {
    Path image = TestBases.squash(root, PLAIN);
    Files.setPosixFilePermissions(image, java.util.Set.of());

    assertThat(new BaseInspection(new Confinement()).faults(image)).isEmpty();
    assertThat(Files.getPosixFilePermissions(image)).allMatch(it -> it.name().startsWith("OWNER"));
  }

  @Test
  void allFaultsAreToldAtOnceAndTheRestIsCounted() throws Exception {
    String[] pseudo = new String[150];
    for (int i = 0; i < pseudo.length; i++) {
      pseudo[i] = "usr/bin/s%03d f 4755 0 0 echo x".formatted(i);
    }

    Path image = TestBases.squash(root, PLAIN, pseudo);

    assertThat(found(image)).hasSize(BaseFaults.KEPT);
    assertThat(new BaseInspection(new Confinement()).faults(image).orElseThrow())
        .startsWith("the image breaks 150 rules:\n/usr/bin/s000: set-user-id")
        .containsPattern("\nand 1\\d\\d more$");
  }

  /** File capabilities are extended attributes; so are overlayfs' own marks. */
  @Test
  void anImageWithExtendedAttributesIsRefused() throws Exception {
    Files.setAttribute(root.resolve("usr/bin/tool"), "user:x", new byte[] {1});

    assertThat(found(TestBases.squash(root, List.of())))
        .containsExactly(new BaseFaults.Fault("/", BaseRule.HAS_ATTRIBUTES, ""));
  }

  @Test
  void anImageWithTooMuchInItIsRefused() throws Exception {
    Path image = TestBases.squash(root, PLAIN);

    assertThat(rules(image, new BaseLimits(5, 1 << 20))).containsExactly(BaseRule.TOO_MANY_FILES);
    assertThat(rules(image, new BaseLimits(100, 10))).containsExactly(BaseRule.TOO_MANY_BYTES);
  }

  @Test
  void anImageThatIsCutShortIsRefused() throws Exception {
    Path image = TestBases.squash(root, PLAIN);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(200);
    }

    assertThat(rules(image, BaseLimits.DEFAULT)).containsExactly(BaseRule.CUT_SHORT);
  }

  @Test
  void anImageWhoseTablesAreDamagedIsRefusedWithTheListersWords() throws Exception {
    Path image = TestBases.squash(root, PLAIN);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(64); // where the inode table begins
      file.writeLong(Long.reverseBytes(100));
    }

    assertThat(found(image))
        .singleElement()
        .satisfies(fault -> assertThat(fault.rule()).isEqualTo(BaseRule.UNREADABLE));
  }

  @ParameterizedTest
  @MethodSource("others")
  void anotherKindOfFileIsRefused(byte[] content) throws Exception {
    Path image = Files.write(directory.resolve("other"), content);

    assertThat(rules(image, BaseLimits.DEFAULT)).containsExactly(BaseRule.NOT_SQUASHFS);
  }

  static Stream<byte[]> others() {
    byte[] erofs = new byte[4096];
    System.arraycopy(
        new byte[] {(byte) 0xe2, (byte) 0xe1, (byte) 0xf5, (byte) 0xe0}, 0, erofs, 1024, 4);
    return Stream.of(erofs, "hsqs".getBytes(StandardCharsets.US_ASCII), new byte[0]);
  }

  /** A line that no lister writes, or a name that holds one. */
  @Test
  void aListingThatIsNotUnderstoodIsRefused() {
    BaseFaults faults = new BaseFaults();
    BaseListing listing = new BaseListing(BaseLimits.DEFAULT, faults);

    boolean goesOn = listing.take("drwxr-xr-x root/root 3 2026-01-01 00:00 squashfs-root");

    assertThat(goesOn).isFalse();
    assertThat(faults.kept())
        .extracting(BaseFaults.Fault::rule)
        .containsExactly(BaseRule.UNREADABLE);
  }

  @Test
  void aNameWithALineFeedIsRefused() throws Exception {
    Files.writeString(root.resolve("usr/a\nb"), "");

    assertThat(rules(TestBases.squash(root, PLAIN), BaseLimits.DEFAULT))
        .containsExactly(BaseRule.UNREADABLE);
  }

  private static Arguments fault(String path, BaseRule rule, String... pseudo) {
    return argumentSet(rule + " " + path, path, rule, List.of(pseudo));
  }

  private static List<BaseFaults.Fault> found(Path image) throws Exception {
    return new BaseInspection(new Confinement()).inspect(image).kept();
  }

  private static List<BaseRule> rules(Path image, BaseLimits limits) throws Exception {
    return new BaseInspection(new Confinement(), limits)
        .inspect(image).kept().stream().map(BaseFaults.Fault::rule).toList();
  }
}
