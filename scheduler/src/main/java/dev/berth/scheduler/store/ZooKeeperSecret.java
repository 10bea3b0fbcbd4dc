package dev.berth.scheduler.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The password by which schedulers, and nobody else on the host, read and write their znodes. */
public record ZooKeeperSecret(String password) {
  private static final int BYTES = 32;

  /** Reads it, or makes it: a file that only its owner can read. */
  public static ZooKeeperSecret in(Path directory) {
    Path file = directory.resolve("secret");
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        write(file);
      }
      String password = Files.readString(file).strip();
      if (password.isEmpty()) {
        throw new IllegalStateException(file + " is empty; restore it from a backup");
      }
      return new ZooKeeperSecret(password);
    } catch (IOException failure) {
      throw new UncheckedIOException("the secret " + file + " cannot be read or made", failure);
    }
  }

  private static void write(Path file) throws IOException {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    Path draft = file.resolveSibling("secret.new");
    Files.deleteIfExists(draft);
    Files.createFile(
        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(draft, HexFormat.of().formatHex(random) + "\n");
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  byte[] digestAuth() {
    return ("berth:" + password).getBytes(StandardCharsets.UTF_8);
  }

  /** Keeps the password out of logs. */
  @Override
  public String toString() {
    return "ZooKeeperSecret";
  }
}
