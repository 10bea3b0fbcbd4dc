package dev.berth.cli.backup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;

/** Opens a sealed file; nothing of a chunk is given out before all of it was proven. One thread. */
final class SealedInput extends InputStream {
  private static final int MOST_ROUNDS = 10_000_000;

  private final InputStream in;
  private final Seal seal;
  private byte[] chunk = new byte[0];
  private int at;
  private byte[] ahead;
  private boolean isFirst = true;
  private boolean isOver;

  SealedInput(InputStream in, BackupKey key) throws IOException {
    byte[] header = in.readNBytes(Seal.HEADER_BYTES);
    if (header.length < Seal.HEADER_BYTES
        || !Arrays.equals(header, 0, Seal.MAGIC.length, Seal.MAGIC, 0, Seal.MAGIC.length)) {
      throw new IOException("it is no backup of Berth");
    }
    ByteBuffer rest = ByteBuffer.wrap(header).position(Seal.MAGIC.length);
    int version = rest.get();
    if (version != Seal.VERSION) {
      throw new IOException(
          "it has version %d, this command reads version %d".formatted(version, Seal.VERSION));
    }
    int kind = rest.get();
    if (kind != key.kind().number()) {
      throw new IOException(
          kind == BackupKey.Kind.PASSPHRASE.number()
              ? "it was sealed with a passphrase: give --passphrase-file"
              : "it was sealed with a key file: give --key-file");
    }
    int rounds = rest.getInt();
    if (rounds < 1 || rounds > MOST_ROUNDS) {
      throw new IOException("its header is damaged");
    }
    byte[] salt = new byte[Seal.SALT_BYTES];
    rest.get(salt);
    this.in = in;
    this.seal = new Seal(header, key.forFile(salt, rounds), Cipher.DECRYPT_MODE);
    this.ahead = sealed();
  }

  private byte[] sealed() throws IOException {
    return in.readNBytes(Seal.CHUNK_BYTES + Seal.TAG_BYTES);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    while (at == chunk.length) {
      if (isOver) {
        return -1;
      }
      open();
    }
    int part = Math.min(length, chunk.length - at);
    System.arraycopy(chunk, at, bytes, from, part);
    at += part;
    return part;
  }

  private void open() throws IOException {
    byte[] now = ahead;
    ahead = sealed();
    isOver = ahead.length == 0;
    try {
      chunk = seal.next(now, now.length, isOver);
      at = 0;
      isFirst = false;
    } catch (GeneralSecurityException wrong) {
      throw new IOException(
          isFirst
              ? "the passphrase or key is another one, or the file is damaged or cut"
              : "it is damaged or cut",
          wrong);
    }
  }
}
