package dev.berth.bench.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The base images that the recipes of deploy/bases make, each made once and kept in
 * .berth-build/bases, where `berth up` looks too.
 *
 * <p>A changed recipe is made anew; to renew the packages, delete the file. Thread-safe.
 */
public final class BaseImages {
  /** One image is made once at a time, whatever the others do. */
  private static final ConcurrentHashMap<String, Object> LOCKS = new ConcurrentHashMap<>();

  private BaseImages() {}

  /** The squashfs image of a base line. The home is the checkout. */
  public static Path image(Path home, String line) {
    synchronized (LOCKS.computeIfAbsent(line, _ -> new Object())) {
      return found(home, line);
    }
  }

  private static Path found(Path home, String line) {
    Path recipe = home.resolve("deploy/bases/" + line + "/make");
    try {
      Path directory = Files.createDirectories(home.resolve(".berth-build/bases"));
      Path image = directory.resolve(line + "-" + sha256(Files.readAllBytes(recipe)) + ".sqfs");
      if (!Files.exists(image)) {
        make(recipe, image);
      }
      return image;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void make(Path recipe, Path image) throws IOException {
    // Under a name of its own first: another process may be making the same.
    Path fresh = image.resolveSibling(image.getFileName() + "." + ProcessHandle.current().pid());
    Path log = image.resolveSibling(image.getFileName() + ".log");
    Process process =
        new ProcessBuilder("nice", recipe.toString(), fresh.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(recipe + " failed:\n" + Files.readString(log));
      }
    } catch (InterruptedException interrupted) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making " + image, interrupted);
    }
    Files.move(fresh, image, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(log);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
