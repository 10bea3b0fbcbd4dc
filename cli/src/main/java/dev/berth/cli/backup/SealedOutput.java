package dev.berth.cli.backup;

import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;

/** Seals what is written into it; without {@link #finish} nothing of it opens. One thread. */
final class SealedOutput extends OutputStream {
  static final int ROUNDS = 600_000;

  private final OutputStream out;
  private final Seal seal;
  private final byte[] chunk = new byte[Seal.CHUNK_BYTES];
  private int filled;

  SealedOutput(OutputStream out, BackupKey key, SecureRandom random) throws IOException {
    byte[] salt = new byte[Seal.SALT_BYTES];
    random.nextBytes(salt);
    byte[] header = Seal.header(key.kind(), ROUNDS, salt);
    this.out = out;
    this.seal = new Seal(header, key.forFile(salt, ROUNDS), Cipher.ENCRYPT_MODE);
    out.write(header);
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    while (at < from + length) {
      if (filled == chunk.length) {
        put(false);
      }
      int part = Math.min(chunk.length - filled, from + length - at);
      System.arraycopy(bytes, at, chunk, filled, part);
      filled += part;
      at += part;
    }
  }

  void finish() throws IOException {
    put(true);
    out.flush();
  }

  private void put(boolean isLast) throws IOException {
    try {
      out.write(seal.next(chunk, filled, isLast));
      filled = 0;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java cannot seal with AES-GCM", impossible);
    }
  }
}
