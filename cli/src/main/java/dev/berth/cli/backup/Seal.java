package dev.berth.cli.backup;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * The form of a sealed file: a header in the clear, then chunks of AES-256-GCM.
 *
 * <p>Each chunk is bound to the header, to its number and to being the last one or not: a file that
 * was cut, reordered or changed anywhere does not open. Confined to one thread.
 */
final class Seal {
  static final byte[] MAGIC = {'B', 'E', 'R', 'T', 'H', 'B', 'A', 'K'};
  static final byte VERSION = 1;
  static final int SALT_BYTES = 16;

  /** Magic, version, kind of key, rounds, salt. */
  static final int HEADER_BYTES = MAGIC.length + 2 + Integer.BYTES + SALT_BYTES;

  static final int CHUNK_BYTES = 256 * 1024;
  static final int TAG_BYTES = 16;
  private static final int NONCE_BYTES = 12;

  private final byte[] header;
  private final SecretKey key;
  private final int mode;
  private long number;

  Seal(byte[] header, SecretKey key, int mode) {
    this.header = header.clone();
    this.key = key;
    this.mode = mode;
  }

  static byte[] header(BackupKey.Kind kind, int rounds, byte[] salt) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .put(MAGIC)
        .put(VERSION)
        .put(kind.number())
        .putInt(rounds)
        .put(salt)
        .array();
  }

  /** The key is this file's alone, so counting gives nonces that never come twice. */
  byte[] next(byte[] chunk, int length, boolean isLast) throws GeneralSecurityException {
    byte[] nonce =
        ByteBuffer.allocate(NONCE_BYTES).put((byte) (isLast ? 1 : 0)).putLong(4, number++).array();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
    cipher.updateAAD(header);
    return cipher.doFinal(chunk, 0, length);
  }
}
