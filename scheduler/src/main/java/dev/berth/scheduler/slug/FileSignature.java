package dev.berth.scheduler.slug;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** What a file that is no tar most likely is, by its first bytes. Pure. */
record FileSignature(String what, int offset, String hex) {
  /** How many bytes of a file are enough. */
  static final int BYTES = 72 << 10;

  private static final String PACKED = "compressed with ";
  private static final String IMAGE = "a file system image of type ";

  private static final List<FileSignature> KNOWN =
      List.of(
          new FileSignature(PACKED + "gzip", 0, "1f8b"),
          new FileSignature(PACKED + "bzip2", 0, "425a68"),
          new FileSignature(PACKED + "xz", 0, "fd377a585a00"),
          new FileSignature(PACKED + "zstd", 0, "28b52ffd"),
          new FileSignature(PACKED + "lz4", 0, "04224d18"),
          new FileSignature("a zip archive", 0, "504b0304"),
          new FileSignature("a cpio archive", 0, "3037303730"),
          new FileSignature(IMAGE + "squashfs", 0, "68737173"),
          new FileSignature(IMAGE + "EROFS", 1024, "e2e1f5e0"),
          new FileSignature(IMAGE + "ext2, ext3 or ext4", 1080, "53ef"),
          new FileSignature(IMAGE + "XFS", 0, "58465342"),
          new FileSignature(IMAGE + "btrfs", 65600, "5f42485266535f4d"),
          new FileSignature(IMAGE + "ISO 9660", 32769, "4344303031"),
          new FileSignature("a disk image of type qcow2", 0, "514649fb"));

  /** What these first bytes of a file show it to be. */
  static Optional<String> of(byte[] head) {
    return KNOWN.stream().filter(known -> known.isAt(head)).map(FileSignature::what).findFirst();
  }

  private boolean isAt(byte[] head) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (head.length < offset + bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (head[offset + i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
