package dev.berth.scheduler.slug;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The 512 bytes before an entry, of the two forms that are taken: POSIX ustar and GNU.
 *
 * <p>Stricter than any tar program: a checksum that is not the unsigned sum, a number with anything
 * behind it, or text behind a NUL is an error. What is not needed is checked for being well formed
 * and forgotten. Pure.
 */
record TarHeader(String name, String link, char type, long size, int mode, boolean hasMoreSparse) {
  static final int BYTES = 512;

  private static final String POSIX = "ustar\00000";
  private static final String GNU = "ustar  \0";
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_BYTES = 8;

  /** A run of bytes in the header. */
  private record Field(String name, int offset, int length) {}

  private static final Field NAME = new Field("name", 0, 100);
  private static final Field MODE = new Field("mode", 100, 8);
  private static final Field SIZE = new Field("size", 124, 12);
  private static final Field[] UNUSED = {
    new Field("uid", 108, 8), new Field("gid", 116, 8), new Field("mtime", 136, 12)
  };
  private static final Field LINK = new Field("link", 157, 100);
  private static final Field PREFIX = new Field("prefix", 345, 155);
  private static final int TYPE = 156;
  private static final int MAGIC = 257;
  private static final int MORE_SPARSE = 482;

  static TarHeader of(byte[] block) throws IOException {
    boolean isPosix = isAt(block, POSIX);
    if (!isPosix && !isAt(block, GNU)) {
      throw new IOException("not a header of a ustar, pax or GNU tar");
    }
    if (sum(block) != number(block, new Field("checksum", CHECKSUM, CHECKSUM_BYTES))) {
      throw new IOException("the checksum of a header is wrong");
    }
    for (Field field : UNUSED) {
      wellFormed(block, field);
    }
    String name = text(block, NAME);
    String prefix = isPosix ? text(block, PREFIX) : "";
    long mode = number(block, MODE);
    return new TarHeader(
        prefix.isEmpty() ? name : prefix + "/" + name,
        text(block, LINK),
        (char) (block[TYPE] & 0xff),
        number(block, SIZE),
        (int) (mode & 07777),
        !isPosix && block[MORE_SPARSE] != 0);
  }

  /** A header of our own: everything but the arguments is the same in all. */
  static byte[] bytes(char type, byte[] name, byte[] link, int mode, long size) {
    byte[] block = new byte[BYTES];
    put(block, NAME, name);
    put(block, LINK, link);
    put(block, MODE, octal(mode, MODE));
    put(block, SIZE, octal(size, SIZE));
    put(block, UNUSED[0], octal(CleanTar.APP_ID, UNUSED[0]));
    put(block, UNUSED[1], octal(CleanTar.APP_ID, UNUSED[1]));
    put(block, UNUSED[2], octal(0, UNUSED[2]));
    put(block, new Field("type", TYPE, 1), new byte[] {(byte) type});
    put(block, new Field("magic", MAGIC, 8), POSIX.getBytes(StandardCharsets.US_ASCII));
    Field checksum = new Field("checksum", CHECKSUM, CHECKSUM_BYTES);
    put(block, checksum, octal(sum(block), checksum));
    return block;
  }

  private static void put(byte[] block, Field field, byte[] bytes) {
    System.arraycopy(bytes, 0, block, field.offset, bytes.length);
  }

  /** Digits up to the field's last byte, which stays NUL. */
  private static byte[] octal(long value, Field field) {
    String digits = Long.toOctalString(value);
    if (digits.length() >= field.length) {
      throw new IllegalArgumentException(field.name + " " + value + " does not fit a tar header");
    }
    return ("0".repeat(field.length - 1 - digits.length()) + digits)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether this is, at the first sight, the block of a tar. */
  static boolean isLikely(byte[] block) {
    return isAt(block, POSIX) || isAt(block, GNU);
  }

  private static boolean isAt(byte[] block, String magic) {
    byte[] wanted = magic.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.wrap(block, MAGIC, wanted.length).equals(ByteBuffer.wrap(wanted));
  }

  private static long sum(byte[] block) {
    long sum = 0;
    for (int i = 0; i < BYTES; i++) {
      boolean isChecksum = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES;
      sum += isChecksum ? ' ' : block[i] & 0xff;
    }
    return sum;
  }

  private static String text(byte[] block, Field field) throws IOException {
    int length = 0;
    while (length < field.length && block[field.offset + length] != 0) {
      length++;
    }
    for (int i = length; i < field.length; i++) {
      if (block[field.offset + i] != 0) {
        throw new IOException("the " + field.name + " of a header goes on behind a NUL");
      }
    }
    return new String(block, field.offset, length, StandardCharsets.UTF_8);
  }

  /** Octal digits, or GNU's binary form, which may not be negative. */
  private static long number(byte[] block, Field field) throws IOException {
    int first = block[field.offset] & 0xff;
    return first >= 0x80 ? binary(block, field, first) : octal(block, field);
  }

  private static long binary(byte[] block, Field field, int first) throws IOException {
    long value = first & 0x7f;
    for (int i = 1; i < field.length; i++) {
      if (value > Long.MAX_VALUE >> 8) {
        throw malformed(field);
      }
      value = (value << 8) | (block[field.offset + i] & 0xff);
    }
    return value;
  }

  private static long octal(byte[] block, Field field) throws IOException {
    int at = field.offset;
    int end = field.offset + field.length;
    while (at < end && block[at] == ' ') {
      at++;
    }
    int start = at;
    long value = 0;
    while (at < end && block[at] >= '0' && block[at] <= '7') {
      value = (value << 3) | (block[at] - '0');
      at++;
    }
    boolean isBlank = at == start;
    while (at < end && (block[at] == 0 || (block[at] == ' ' && !isBlank))) {
      at++;
    }
    if (at != end || (isBlank && start != field.offset)) {
      throw malformed(field);
    }
    return value;
  }

  /** Times and owners may be negative; they are not used. */
  private static void wellFormed(byte[] block, Field field) throws IOException {
    if ((block[field.offset] & 0x80) == 0) {
      octal(block, field);
    }
  }

  private static IOException malformed(Field field) {
    return new IOException("the " + field.name + " of a header is not a number that is allowed");
  }
}
