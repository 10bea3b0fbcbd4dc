package dev.berth.scheduler.slug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand tars with changed bytes, most with a checksum that is right again. Whatever is taken
 * is read alike by GNU tar, before it is written anew and after. The seed is fixed.
 */
class TarFuzzTest {
  private static final long SEED = 20_260_715;
  private static final int CASES = 10_000;

  /** GNU tar is asked about every accepted tar that differs from the ones asked about already. */
  private static final int LEAST_ACCEPTED = 1_000;

  private static final SlugLimits LIMITS = new SlugLimits(1 << 20, 1000);
  private static final List<String> WORDS =
      List.of(
          "path=",
          "path=../x",
          "linkpath=/etc",
          "size=7",
          "size=99999999999",
          "GNU.sparse.size=9",
          "mtime=-1.5",
          "SCHILY.xattr.security.capability=x",
          "comment=x",
          "hdrcharset=BINARY");

  @TempDir Path directory;

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void noChangedTarIsReadInTwoWays() throws Exception {
    Random random = new Random(SEED);
    List<byte[]> seeds = seeds();
    int accepted = 0;
    for (int i = 0; i < CASES; i++) {
      byte[] tar = changed(seeds.get(i % seeds.size()).clone(), random);
      TarInspection.Findings findings = inspect(tar);
      assertThat(findings.entries()).isLessThanOrEqualTo(LIMITS.maxEntries());
      if (findings.violations().count() == 0) {
        accepted++;
        if (accepted % 4 == 0) { // a process each
          assertThat(listed(tar)).as("case %d", i).isEqualTo(read(tar));
          byte[] clean = clean(tar);
          assertThat(listed(clean)).as("case %d, clean", i).isEqualTo(read(clean));
          assertThat(inspect(clean).violations().kept()).isEmpty();
        }
      }
    }
    assertThat(accepted).isGreaterThan(LEAST_ACCEPTED);
  }

  private static List<byte[]> seeds() {
    Tar posix = Tar.small().directory("d").symlink("d/l", "../run").hardLink("h", "run");
    Tar wide =
        Tar.small().file("n".repeat(120), "long").file("\u00e9", "x").symlink("s", "y".repeat(150));
    RawTar gnu =
        new RawTar()
            .file("Procfile", "web: ./run\n")
            .special('L', "g".repeat(130) + "\0")
            .file("short", "x".repeat(700))
            .special('g', RawTar.record("comment=0123"))
            .pax("path=pax/path", "mtime=1.5", "SCHILY.xattr.user.a=b")
            .file("b", "y");
    return List.of(posix.bytes(), wide.bytes(), gnu.bytes());
  }

  private static byte[] changed(byte[] tar, Random random) {
    for (int i = random.nextInt(3); i >= 0; i--) {
      int block = random.nextInt(tar.length / 512) * 512;
      switch (random.nextInt(8)) {
        case 0 -> tar[random.nextInt(tar.length)] = (byte) random.nextInt();
        case 1 -> tar[block + random.nextInt(100)] = (byte) "/.\0ab\n".charAt(random.nextInt(6));
        case 2 -> tar[block + 156] = (byte) "0123456789xgLKSVMNDX\0".charAt(random.nextInt(21));
        case 3 ->
            tar[block + 124 + random.nextInt(12)] =
                (byte) "01234567 \0\200\377".charAt(random.nextInt(12));
        case 4 -> tar[block + 100 + random.nextInt(8)] = (byte) ('0' + random.nextInt(8));
        case 5 -> put(tar, block + 512, RawTar.record(WORDS.get(random.nextInt(WORDS.size()))));
        case 6 -> System.arraycopy(tar, random.nextInt(tar.length / 512) * 512, tar, block, 512);
        default -> tar[block + 345 + random.nextInt(155)] = (byte) random.nextInt(128);
      }
      if (random.nextInt(8) > 0
          && TarHeader.isLikely(Arrays.copyOfRange(tar, block, block + 512))) {
        System.arraycopy(
            RawTar.seal(Arrays.copyOfRange(tar, block, block + 512)), 0, tar, block, 512);
      }
    }
    return random.nextInt(50) == 0 ? Arrays.copyOf(tar, random.nextInt(tar.length)) : tar;
  }

  private static void put(byte[] tar, int offset, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    System.arraycopy(bytes, 0, tar, Math.min(offset, tar.length - bytes.length), bytes.length);
  }

  private static TarInspection.Findings inspect(byte[] tar) {
    try {
      return TarInspection.inspect(new ByteArrayInputStream(tar), LIMITS);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] clean(byte[] tar) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CleanTar.write(new ByteArrayInputStream(tar), out);
    return out.toByteArray();
  }

  /** Type, size, name and target of each entry, as we read them. */
  private static List<String> read(byte[] tar) throws IOException {
    List<String> lines = new ArrayList<>();
    try (TarReader reader = new TarReader(new ByteArrayInputStream(tar))) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        lines.add(
            switch (entry.type()) {
              case FILE -> "- " + entry.size() + " " + entry.path();
              case DIRECTORY -> "d 0 " + withSlash(entry.path());
              case SYMLINK -> "l 0 " + entry.path() + " -> " + entry.link();
              case HARD_LINK -> "h 0 " + entry.path() + " link to " + entry.link();
              default -> throw new AssertionError(entry);
            });
      }
    }
    return lines;
  }

  private static String withSlash(String path) {
    return path.endsWith("/") ? path : path + "/";
  }

  /** The same, as GNU tar reads it. */
  private List<String> listed(byte[] tar) throws IOException, InterruptedException {
    Path file = directory.resolve("fuzz.tar");
    Files.write(file, tar);
    ProcessBuilder builder =
        new ProcessBuilder(
            "/usr/bin/tar",
            "--list",
            "-vPf",
            file.toString(),
            "--numeric-owner",
            "--quoting-style=literal",
            "--warning=no-unknown-keyword",
            "--no-auto-compress");
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).start();
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), UTF_8)
            .lines()
            .filter(line -> !line.startsWith("/usr/bin/tar: A lone zero block"))
            .map(TarFuzzTest::short_)
            .toList();
    assertThat(process.waitFor()).as("%s", lines).isZero();
    return lines;
  }

  /** From {@code -rw-r--r-- 0/0 5 1970-01-01 00:00 name}. */
  private static String short_(String line) {
    String[] words = line.split(" +", 6);
    return words.length < 6 ? line : line.charAt(0) + " " + words[2] + " " + words[5];
  }
}
