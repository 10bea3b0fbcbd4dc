package dev.berth.scheduler.slug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.berth.scheduler.slug.RawTar.Header;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One row per trick by which one tar reads as two; and what honest tars hold all the same. */
class TarTricksTest {
  private static final SlugLimits LIMITS = new SlugLimits(100_000, 50);

  static Stream<Arguments> refused() {
    return Stream.of(extended(), numbers(), structure(), kinds(), places()).flatMap(it -> it);
  }

  private static Stream<Arguments> extended() {
    return Stream.of(
        unreadable(
            "a pax size beside another size (the content hides an entry)",
            new RawTar().pax("size=0").file("a", "x".repeat(512)),
            "the size is 512 or 0"),
        unreadable(
            "a pax key twice", new RawTar().pax("path=a", "path=b").file("c", ""), "occurs twice"),
        unreadable(
            "two pax headers before one entry",
            new RawTar().pax("path=a").pax("path=b").file("c", ""),
            "two headers of the same kind"),
        unreadable(
            "two GNU long names before one entry",
            new RawTar().special('L', "a\0").special('L', "b\0").file("c", ""),
            "two headers of the same kind"),
        unreadable("a NUL in a pax path", new RawTar().pax("path=a\0b").file("c", ""), "'path'"),
        unreadable("a pax path that is empty", new RawTar().pax("path=").file("c", ""), "'path'"),
        unreadable("a negative pax owner", owned("uid=-1"), "'uid'"),
        unreadable("a pax owner by name", owned("gid=root"), "'gid'"),
        unreadable("a pax owner of 20 digits", owned("uid=42949672960000000000"), "'uid'"),
        unreadable("a negative pax size", new RawTar().pax("size=-1").file("c", ""), "'size'"),
        unreadable(
            "a pax record that is longer than it says",
            new RawTar().special('x', "5 path=abc\n").file("c", ""),
            "the length it names"),
        unreadable(
            "a pax record without a key", new RawTar().pax("=b").file("c", ""), "has no key"),
        unreadable(
            "a pax record with a huge length",
            new RawTar().special('x', "99999999999 a=b\n").file("c", ""),
            "has no length"),
        unreadable(
            "a long name with text behind its NUL",
            new RawTar().special('L', "a\0b\0").file("c", ""),
            "only NUL"),
        unreadable(
            "a name with text behind its NUL",
            new RawTar().header(new Header("a\0/../../etc/x", '0', 0)),
            "goes on behind a NUL"));
  }

  private static Stream<Arguments> numbers() {
    return Stream.of(
        unreadable(
            "an owner by name",
            new RawTar().header(new Header("a", '0', 0).put(108, "root\0\0\0\0")),
            "uid of a header"),
        unreadable(
            "a negative owner in octal",
            new RawTar().header(new Header("a", '0', 0).put(116, "-000001\0")),
            "gid of a header"),
        unreadable(
            "a negative binary size",
            new RawTar().header(new Header("a", '0', 0).gnu().put(124, filled(12, 0xff))),
            "size of a header"),
        unreadable(
            "a binary size beyond all bounds",
            new RawTar().header(new Header("a", '0', 0).gnu().put(124, filled(12, 0x81))),
            "size of a header"),
        unreadable(
            "a size with something behind it",
            new RawTar().header(new Header("a", '0', 0).put(124, "0000 0000001")),
            "size of a header"),
        unreadable(
            "a size in decimal",
            new RawTar().header(new Header("a", '0', 0).put(124, "00000000009\0")),
            "size of a header"));
  }

  private static Stream<Arguments> structure() {
    return Stream.of(
        unreadable("a hard link with content", entry('1', 5), "no file has a size"),
        unreadable("a directory with content", entry('5', 512), "no file has a size"),
        unreadable("a symbolic link with content", entry('2', 512), "no file has a size"),
        unreadable(
            "an extended header before the end", new RawTar().pax("path=a"), "before nothing"),
        unreadable(
            "entries behind the end",
            new RawTar().raw(new byte[1024]).file("hidden", ""),
            "goes on after its end"),
        unreadable(
            "a header of no known form",
            new RawTar().file("a", "").header(new Header("b", '0', 0).put(257, new byte[8])),
            "not a header"),
        trick(
            "a long name of both kinds",
            Rule.HEADER_AMBIGUOUS,
            new RawTar().special('L', "a\0").pax("path=b").file("c", "")),
        trick(
            "a long link of both kinds",
            Rule.HEADER_AMBIGUOUS,
            new RawTar()
                .special('K', "a\0")
                .pax("linkpath=b")
                .header(new Header("c", '2', 0).put(157, "d"))),
        trick("a file named like a directory", Rule.HEADER_AMBIGUOUS, new RawTar().file("a/", "")),
        trick(
            "a file with a link's target",
            Rule.HEADER_AMBIGUOUS,
            new RawTar().header(new Header("a", '0', 0).put(157, "/etc/passwd"))),
        trick(
            "a global header with a path",
            Rule.GLOBAL_HEADER,
            new RawTar().special('g', RawTar.record("path=/etc/passwd")).file("a", "")),
        trick(
            "a pax path that climbs out behind a harmless name",
            Rule.CLIMBS_OUT,
            new RawTar().pax("path=../../etc/passwd").file("a", "")),
        trick(
            "a ustar prefix that climbs out",
            Rule.CLIMBS_OUT,
            new RawTar().header(new Header("passwd", '0', 0).put(345, "../etc"))));
  }

  private static Stream<Arguments> kinds() {
    return Stream.of(
        trick(
            "a sparse file in pax form",
            Rule.SPARSE,
            new RawTar()
                .pax(
                    "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=1099511627776")
                .file("a", "1\n0\n0\n")),
        trick(
            "a sparse file in the old GNU form",
            Rule.SPARSE,
            new RawTar()
                .header(new Header("a", 'S', 0).gnu().put(482, (byte) 1))
                .raw(new byte[512])),
        trick("an overlay whiteout: the device 0:0", Rule.DEVICE, entry('3', 0)),
        trick("a block device", Rule.DEVICE, entry('4', 0)),
        trick("a named pipe", Rule.FIFO, entry('6', 0)),
        trick("a socket as Solaris wrote it", Rule.UNKNOWN_TYPE, entry('Z', 0)),
        trick("a volume that goes on elsewhere", Rule.UNKNOWN_TYPE, entry('M', 0)));
  }

  private static Stream<Arguments> places() {
    return Stream.of(
        trick("the same path with a slash", Rule.DUPLICATE, new Tar().directory("a").file("a", "")),
        trick(
            "the same path as a link (CVE-2021-32760: its mode would be changed)",
            Rule.DUPLICATE,
            new Tar().symlink("a", "/etc/shadow").file("a", "x", 0777)),
        trick(
            "a path through a link (CVE-2021-32760)",
            Rule.PARENT_NOT_DIRECTORY,
            new Tar().symlink("d", "/etc").directory("d/x")),
        trick(
            "a hard link to a symbolic link (CVE-2021-32760)",
            Rule.HARD_LINK_TARGET,
            new Tar().symlink("a", "/etc/shadow").hardLink("b", "a")),
        trick("a hard link to itself", Rule.HARD_LINK_TARGET, new Tar().hardLink("a", "a")),
        trick(
            "a hard link outside (CVE-2022-23648)",
            Rule.HARD_LINK_TARGET,
            new Tar().hardLink("a", "../../etc/passwd")),
        trick(
            "a top-level proc that is a link (CVE-2025-31133)",
            Rule.MOUNT_POINT_IS_LINK,
            new Tar().symlink("proc", "etc")),
        trick(
            "a top-level dev that is a link (CVE-2026-41579)",
            Rule.MOUNT_POINT_IS_LINK,
            new Tar().symlink("dev", "/x")),
        trick(
            "a top-level sys that is a hard link",
            Rule.MOUNT_POINT_IS_LINK,
            new Tar().file("a", "").hardLink("./sys", "a")),
        trick(
            "more directories than entries are allowed, all implied",
            Rule.TOO_MANY_ENTRIES,
            new Tar().file("d/".repeat(50) + "f", "")));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aTrickIsRefusedAndNamed(Rule rule, byte[] tar, String words) {
    List<Violation> found = inspect(tar);

    assertThat(found).extracting(Violation::rule).containsExactly(rule);
    assertThat(found.getFirst().toString()).contains(words);
  }

  static Stream<Arguments> images() {
    return Stream.of(
        image("gzip", 0, 0x1f, 0x8b, 8),
        image("zstd", 0, 0x28, 0xb5, 0x2f, 0xfd),
        image("xz", 0, 0xfd, '7', 'z', 'X', 'Z', 0),
        image("squashfs", 0, 'h', 's', 'q', 's'),
        image("EROFS", 1024, 0xe2, 0xe1, 0xf5, 0xe0),
        image("ext4", 1080, 0x53, 0xef));
  }

  @ParameterizedTest
  @MethodSource("images")
  void whatIsNoTarIsToldByNameAndNothingOfItIsRead(String name, byte[] image) {
    List<Violation> found = inspect(image);

    assertThat(found).extracting(Violation::rule).containsExactly(Rule.NOT_A_TAR);
    assertThat(found.getFirst().detail()).contains(name);
  }

  static Stream<Arguments> honest() {
    return Stream.of(
        argumentSet(
            "git archive's comment",
            new RawTar().special('g', RawTar.record("comment=0123abc")).file("a", "x").bytes()),
        argumentSet(
            "macOS' extended attributes",
            new RawTar()
                .pax("LIBARCHIVE.xattr.com.apple.provenance=AQI=", "mtime=1700000000.5")
                .file("a", "x")
                .bytes()),
        argumentSet(
            "file capabilities, which are dropped",
            new RawTar().pax("SCHILY.xattr.security.capability=\1\0\0").file("a", "x").bytes()),
        argumentSet("a pax path", new RawTar().pax("path=a", "size=1").file("b", "x").bytes()),
        argumentSet("a GNU long name", new RawTar().special('L', "a\0").file("b", "x").bytes()),
        argumentSet(
            "a binary size and a negative time",
            new RawTar()
                .header(
                    new Header("a", '0', 0)
                        .gnu()
                        .put(124, (byte) 0x80, (byte) 0)
                        .put(126, filled(9, 0))
                        .put(135, (byte) 1)
                        .put(136, filled(12, 0xff)))
                .content((byte) 'x')
                .bytes()),
        argumentSet(
            "the old file type",
            new RawTar().header(new Header("a", '\0', 1)).content((byte) 'x').bytes()));
  }

  /** Each would be root, or another tenant, to a reader that wraps at 31 or 32 bits. */
  static Stream<Arguments> owners() {
    return Stream.of(
        argumentSet("root's, which is 0", binaryOwner(0)),
        argumentSet("2147483648 in binary", binaryOwner(2_147_483_648L)),
        argumentSet("4294967296 in binary", binaryOwner(4_294_967_296L)),
        argumentSet("as much as fits in binary", binaryOwner((1L << 56) - 1)),
        argumentSet("-1 in binary", binaryOwner(-1)),
        argumentSet("2147483648 in pax", owned("uid=2147483648", "gid=2147483648").bytes()),
        argumentSet("4294967296 in pax", owned("uid=4294967296", "gid=4294967296").bytes()),
        argumentSet("by name in pax", owned("uname=root", "gname=root").bytes()));
  }

  @ParameterizedTest
  @MethodSource("owners")
  void theOwnerThatATarNamesHasNoEffect(byte[] tar) throws IOException {
    assertThat(inspect(tar)).isEmpty();
    assertThat(clean(tar)).isEqualTo(clean(new Tar().file("a", "x").bytes()));
  }

  @Test
  void everythingInASlugBelongsToOneNumber() throws IOException {
    byte[] header = clean(owned("uid=4294967296", "gid=0").bytes());

    assertThat(new String(header, 108, 16, UTF_8)).isEqualTo("0001750\0" + "0001750\0");
  }

  private static RawTar owned(String... records) {
    return new RawTar().pax(records).file("a", "x");
  }

  private static byte[] binaryOwner(long id) {
    byte[] number = java.nio.ByteBuffer.allocate(8).putLong(id).array();
    number[0] |= (byte) 0x80;
    Header header = new Header("a", '0', 1).gnu().put(108, number).put(116, number);
    return new RawTar().header(header).content((byte) 'x').bytes();
  }

  @ParameterizedTest
  @MethodSource("honest")
  void anHonestTarIsTakenAndNothingButNameAndBytesIsPassedOn(byte[] tar) throws IOException {
    assertThat(inspect(tar)).isEmpty();
    assertThat(clean(tar)).isEqualTo(clean(new Tar().file("a", "x").bytes()));
  }

  @Test
  void namesThatDifferOnlyByCaseOrByUnicodeFormAreDifferentFiles() {
    Tar tar = new Tar().file("A", "").file("a", "").file("\u00e9", "").file("e\u0301", "");

    assertThat(inspect(tar.bytes())).isEmpty();
  }

  @Test
  void theLengthOfAllPathsTogetherIsBounded() {
    RawTar tar = new RawTar();
    String deep = ("n".repeat(250) + "/").repeat(15);
    for (int i = 0; i < 1000; i++) {
      tar.pax("path=d%03d/%sf".formatted(i, deep)).file("x", "");
    }

    List<Violation> found = inspect(tar.bytes(), SlugLimits.DEFAULT);

    assertThat(found).extracting(Violation::rule).containsExactly(Rule.TOO_LONG_NAMES);
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static RawTar entry(char type, int size) {
    Header header = new Header("a", type, size);
    if (type == '1' || type == '2') {
      header.put(157, "b");
    }
    return new RawTar().header(header).content(new byte[size]);
  }

  private static Arguments unreadable(String name, RawTar tar, String words) {
    return argumentSet(name, Rule.UNREADABLE, tar.bytes(), words);
  }

  private static Arguments trick(String name, Rule rule, RawTar tar) {
    return argumentSet(name, rule, tar.bytes(), rule.words());
  }

  private static Arguments trick(String name, Rule rule, Tar tar) {
    return argumentSet(name, rule, tar.bytes(), rule.words());
  }

  private static Arguments image(String name, int offset, int... magic) {
    byte[] image = new byte[4096];
    for (int i = 0; i < magic.length; i++) {
      image[offset + i] = (byte) magic[i];
    }
    return argumentSet(name, name, image);
  }

  private static List<Violation> inspect(byte[] tar) {
    return inspect(tar, LIMITS);
  }

  private static List<Violation> inspect(byte[] tar, SlugLimits limits) {
    try {
      return TarInspection.inspect(new ByteArrayInputStream(tar), limits).violations().kept();
    } catch (IOException e) {
      throw new AssertionError(new String(tar, UTF_8), e);
    }
  }

  private static byte[] clean(byte[] tar) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CleanTar.write(new ByteArrayInputStream(tar), out);
    return out.toByteArray();
  }
}
