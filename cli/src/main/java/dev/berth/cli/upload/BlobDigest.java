package dev.berth.cli.upload;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What names a blob: its SHA-256, and how many bytes it has. */
public record BlobDigest(String sha256, long bytes) {

  static BlobDigest of(CanonicalTar tar) throws IOException {
    return of(tar::writeTo);
  }

  public static BlobDigest of(Path file) throws IOException {
    return of(out -> {
      try (InputStream in = Files.newInputStream(file)) {
        in.transferTo(out);
      }
    });
  }

  private static BlobDigest of(Source source) throws IOException {
    try (CountingStream counted = new CountingStream();
        DigestOutputStream out = new DigestOutputStream(counted, newDigest())) {
      source.writeTo(out);
      return new BlobDigest(
          HexFormat.of().formatHex(out.getMessageDigest().digest()), counted.bytes);
    }
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  @FunctionalInterface
  private interface Source {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Counts and forgets. */
  private static final class CountingStream extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
      bytes += length;
    }
  }
}
