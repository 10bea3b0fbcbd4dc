package dev.berth.cli.backup;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** What a backup is sealed with; each file gets a key of its own, by its salt. */
public final class BackupKey {
  static final int KEY_BYTES = 32;
  private static final int MIN_PASSPHRASE = 12;
  private static final int MAX_FILE_BYTES = 64 * 1024;

  /** How the secret becomes a key; the number is in the file. */
  enum Kind {
    KEY_FILE(0),
    PASSPHRASE(1);

    private final byte number;

    Kind(int number) {
      this.number = (byte) number;
    }

    byte number() {
      return number;
    }
  }

  private final Kind kind;
  private final byte[] secret;

  private BackupKey(Kind kind, byte[] secret) {
    this.kind = kind;
    this.secret = secret;
  }

  /** The file's first line. */
  public static BackupKey ofPassphrase(Path file) {
    String text = new String(read(file), StandardCharsets.UTF_8).lines().findFirst().orElse("");
    if (text.length() < MIN_PASSPHRASE) {
      throw CommandFailure.usage(
          "the passphrase in %s has %d characters, at least %d are needed"
              .formatted(file, text.length(), MIN_PASSPHRASE),
          "make one, for example: head -c 24 /dev/urandom | base64");
    }
    return new BackupKey(Kind.PASSPHRASE, text.getBytes(StandardCharsets.UTF_8));
  }

  /** All of the file, at least 32 bytes that nobody can guess. */
  public static BackupKey ofFile(Path file) {
    byte[] bytes = read(file);
    if (bytes.length < KEY_BYTES) {
      throw CommandFailure.usage(
          "the key file %s has %d bytes, at least %d are needed"
              .formatted(file, bytes.length, KEY_BYTES),
          "make one: head -c 32 /dev/urandom > FILE");
    }
    return new BackupKey(Kind.KEY_FILE, bytes);
  }

  private static byte[] read(Path file) {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw CommandFailure.usage(
            file + " is larger than " + MAX_FILE_BYTES + " bytes", "give the file with the secret");
      }
      return Files.readAllBytes(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(file + " cannot be read: " + failure.getMessage(), failure);
    }
  }

  Kind kind() {
    return kind;
  }

  SecretKey forFile(byte[] salt, int rounds) {
    try {
      byte[] bytes =
          switch (kind) {
            case KEY_FILE -> mixed(salt);
            case PASSPHRASE ->
                SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(
                        new PBEKeySpec(
                            new String(secret, StandardCharsets.UTF_8).toCharArray(),
                            salt,
                            rounds,
                            KEY_BYTES * Byte.SIZE))
                    .getEncoded();
          };
      return new SecretKeySpec(bytes, "AES");
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java lacks PBKDF2 or HMAC", impossible);
    }
  }

  private byte[] mixed(byte[] salt) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return mac.doFinal(salt);
  }

  /** Keeps the secret out of logs. */
  @Override
  public String toString() {
    return "BackupKey";
  }
}
