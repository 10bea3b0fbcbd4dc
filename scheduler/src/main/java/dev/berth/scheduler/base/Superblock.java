package dev.berth.scheduler.base;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the first bytes of a squashfs image say of the rest: read here, before any program written
 * in C sees the image. Pure.
 */
record Superblock(long inodes, boolean isVersion4, long bytes, boolean hasAttributes) {
  static final int BYTES = 96;

  private static final int MAGIC = 0x73717368;
  private static final int INODES_AT = 4;
  private static final int MAJOR_AT = 28;
  private static final int MINOR_AT = 30;
  private static final int BYTES_AT = 40;
  private static final int ATTRIBUTES_AT = 56;
  private static final long NO_TABLE = -1;

  /** False in {@code isVersion4} where it is no squashfs image at all. */
  static Superblock of(byte[] head) {
    if (head.length < BYTES) {
      return new Superblock(0, false, 0, false);
    }
    ByteBuffer block = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
    boolean isVersion4 =
        block.getInt(0) == MAGIC && block.getShort(MAJOR_AT) == 4 && block.getShort(MINOR_AT) == 0;
    return new Superblock(
        Integer.toUnsignedLong(block.getInt(INODES_AT)),
        isVersion4,
        block.getLong(BYTES_AT),
        block.getLong(ATTRIBUTES_AT) != NO_TABLE);
  }
}
