package dev.berth.bench.measure;

import dev.berth.agent.runtime.BlobSource;
import dev.berth.bench.cluster.BaseImages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The busybox base and a slug of one file, by digest. Removes its directory when closed. */
final class TestImages implements BlobSource, AutoCloseable {
  private final Path directory;
  private final String baseDigest;
  private final String slugDigest;
  private final Map<String, Path> files;

  private TestImages(Path directory, Path base, Path slug) throws IOException {
    this.directory = directory;
    this.baseDigest = sha256(base);
    this.slugDigest = sha256(slug);
    this.files = Map.of(baseDigest, base, slugDigest, slug);
  }

  static TestImages make(Path home, Path directory) throws IOException, InterruptedException {
    Path base = BaseImages.image(home, "busybox");
    Path root = directory.resolve("slug");
    Files.writeString(
        Files.createDirectories(root.resolve("app")).resolve("Procfile"), "web: sleep 100000\n");
    Path slug = directory.resolve("slug.sqfs");
    run(
        directory,
        "mksquashfs",
        root.toString(),
        slug.toString(),
        "-quiet",
        "-no-progress",
        "-all-root");
    return new TestImages(directory, base, slug);
  }

  String baseDigest() {
    return baseDigest;
  }

  String slugDigest() {
    return slugDigest;
  }

  @Override
  public void fetch(String digest, Path target) throws IOException {
    Path file = files.get(digest);
    if (file == null) {
      throw new IOException("there is no image " + digest);
    }
    Files.copy(file, target);
  }

  @Override
  public void close() throws IOException {
    try (var left = Files.walk(directory)) {
      for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void run(Path directory, String... command)
      throws IOException, InterruptedException {
    Path log = directory.resolve("make.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (process.waitFor() != 0) {
      throw new IOException(List.of(command) + " failed: " + Files.readString(log));
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[64 * 1024];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
