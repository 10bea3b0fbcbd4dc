package dev.berth.scheduler.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes base images for tests with mksquashfs; hostile ones too. */
public final class TestBases {
  /** A base that may be published. */
  public static final byte[] SMALL = ofAbout(10);

  private TestBases() {}

  /** A base that may be published, of a little more than so many bytes. */
  public static byte[] ofAbout(int size) {
    try {
      Path work = Files.createTempDirectory("base");
      Path root = work.resolve("root");
      Files.createDirectories(root.resolve("etc"));
      byte[] noise = new byte[size];
      new Random(size).nextBytes(noise);
      Files.write(root.resolve("noise"), noise);
      byte[] image = Files.readAllBytes(squash(root, List.of("-no-xattrs")));
      try (var files = Files.walk(work)) {
        files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
      }
      return image;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * An image beside the directory; pseudo definitions such as "dev/null c 666 0 0 1 3" add to it.
   */
  static Path squash(Path root, List<String> options, String... pseudo) throws IOException {
    Path image = root.resolveSibling("image.squashfs");
    List<String> command =
        new ArrayList<>(
            List.of("/usr/bin/mksquashfs", root.toString(), image.toString(), "-noappend"));
    command.addAll(List.of("-quiet", "-no-progress", "-all-root", "-processors", "1"));
    command.addAll(options);
    for (String definition : pseudo) {
      command.addAll(List.of("-p", definition));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(said);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return image;
  }
}
