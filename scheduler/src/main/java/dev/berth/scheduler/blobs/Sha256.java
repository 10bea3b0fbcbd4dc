package dev.berth.scheduler.blobs;

import dev.berth.scheduler.state.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over bytes, for everything that is named by its content. */
public final class Sha256 {
  private Sha256() {}

  /** The digest of these bytes. */
  public static Digest of(byte[] bytes) {
    MessageDigest digest = start();
    digest.update(bytes);
    return finish(digest);
  }

  /** A fresh digest; every Java has SHA-256. */
  static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /** Ends the digest. */
  static Digest finish(MessageDigest digest) {
    return new Digest(HexFormat.of().formatHex(digest.digest()));
  }
}
