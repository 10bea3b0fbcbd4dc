package dev.berth.scheduler.slug;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar entry by entry in bounded memory, and takes only what every tar program reads alike.
 *
 * <p>What makes the place of the next entry uncertain is an {@link IOException} and the end; what
 * makes only this entry uncertain is a doubt in the entry. Confined to one reading.
 */
final class TarReader implements Closeable {
  /** The largest extended header or long name. */
  static final int MAX_HEADER_BYTES = 64 * 1024;

  private static final int EXECUTE_BITS = 0111;
  private static final int COPY_BYTES = 1 << 16;

  private final InputStream in;
  private long left;
  private int padding;

  /** What stood before an entry's own header, each at most once. */
  private static final class Before {
    private @Nullable ExtendedHeader extended;
    private @Nullable String longName;
    private @Nullable String longLink;

    boolean isNone() {
      return extended == null && longName == null && longLink == null;
    }

    @Nullable String extended(String key) {
      return extended == null ? null : extended.records().get(key);
    }
  }

  TarReader(InputStream in) {
    this.in = new BufferedInputStream(in, COPY_BYTES);
  }

  /** The next entry, or null at the end. */
  @Nullable TarEntry next() throws IOException {
    skip();
    Before before = new Before();
    for (byte[] block = block(); !isZero(block); block = block()) {
      TarHeader header = TarHeader.of(block);
      switch (header.type()) {
        case 'x' -> {
          requireFirst(before.extended);
          before.extended = ExtendedHeader.of(content(header));
        }
        case 'L' -> {
          requireFirst(before.longName);
          before.longName = text(content(header));
        }
        case 'K' -> {
          requireFirst(before.longLink);
          before.longLink = text(content(header));
        }
        case 'g' -> {
          requireNone(before);
          if (!ExtendedHeader.of(content(header)).isOnlyComment()) {
            return new TarEntry(
                header.name(), TarEntry.Type.GLOBAL_HEADER, "", 0, false, List.of());
          }
        }
        default -> {
          return entry(header, before);
        }
      }
    }
    requireNone(before);
    requireOnlyZeros();
    return null;
  }

  private TarEntry entry(TarHeader header, Before before) throws IOException {
    TarEntry.Type type = type(header, before);
    List<String> doubts = new ArrayList<>();
    String path = one(header.name(), before.longName, before.extended("path"), "names", doubts);
    String link = one(header.link(), before.longLink, before.extended("linkpath"), "links", doubts);
    String size = before.extended("size");
    if (size != null && Long.parseLong(size) != header.size()) {
      throw new IOException("the size is %d or %s".formatted(header.size(), size));
    }
    if (type != TarEntry.Type.FILE && type != TarEntry.Type.SPARSE && header.size() != 0) {
      throw new IOException("something that is no file has a size");
    }
    if (type != TarEntry.Type.DIRECTORY && path.endsWith("/")) {
      doubts.add("a name that ends with '/' means a directory to some");
    }
    boolean isLink = type == TarEntry.Type.SYMLINK || type == TarEntry.Type.HARD_LINK;
    if (!isLink && !link.isEmpty()) {
      doubts.add("something that is no link has a target");
    }
    for (boolean more = type == TarEntry.Type.SPARSE && header.hasMoreSparse(); more; ) {
      more = block()[504] != 0;
    }
    left = header.size();
    padding = (int) (-header.size() & (TarHeader.BYTES - 1));
    boolean isExecutable = (header.mode() & EXECUTE_BITS) != 0;
    return new TarEntry(path, type, isLink ? link : "", left, isExecutable, doubts);
  }

  private static TarEntry.Type type(TarHeader header, Before before) {
    if (before.extended != null && before.extended.isSparse()) {
      return TarEntry.Type.SPARSE;
    }
    return switch (header.type()) {
      case '0', '\0' -> TarEntry.Type.FILE;
      case '1' -> TarEntry.Type.HARD_LINK;
      case '2' -> TarEntry.Type.SYMLINK;
      case '3', '4' -> TarEntry.Type.DEVICE;
      case '5' -> TarEntry.Type.DIRECTORY;
      case '6' -> TarEntry.Type.FIFO;
      case 'S' -> TarEntry.Type.SPARSE;
      default -> TarEntry.Type.UNKNOWN;
    };
  }

  /** The one that counts; a tar that has both of the long forms is read one way here, one there. */
  private static String one(
      String own, @Nullable String gnu, @Nullable String pax, String what, List<String> doubts) {
    if (gnu != null && pax != null) {
      doubts.add("two long " + what + " stand before it");
    }
    return pax != null ? pax : gnu != null ? gnu : own;
  }

  private static void requireFirst(@Nullable Object before) throws IOException {
    if (before != null) {
      throw new IOException("two headers of the same kind stand before one entry");
    }
  }

  private static void requireNone(Before before) throws IOException {
    if (!before.isNone()) {
      throw new IOException("an extended header stands before nothing");
    }
  }

  /** A long name: text that ends with one NUL. */
  private static String text(byte[] bytes) throws IOException {
    int end = bytes.length - 1;
    for (int i = 0; i < bytes.length; i++) {
      if ((bytes[i] == 0) != (i == end)) {
        throw new IOException("a long name does not end with its only NUL");
      }
    }
    if (end < 1) {
      throw new IOException("a long name is empty");
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private byte[] content(TarHeader header) throws IOException {
    if (header.size() > MAX_HEADER_BYTES) {
      throw new IOException("a header is larger than " + MAX_HEADER_BYTES + " bytes");
    }
    left = header.size();
    padding = (int) (-header.size() & (TarHeader.BYTES - 1));
    byte[] bytes = read((int) header.size());
    skip();
    return bytes;
  }

  private byte[] block() throws IOException {
    byte[] block = in.readNBytes(TarHeader.BYTES);
    if (block.length < TarHeader.BYTES) {
      throw new IOException("the tar breaks off");
    }
    return block;
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Some programs stop at the first zero block, some read on. */
  private void requireOnlyZeros() throws IOException {
    byte[] rest = new byte[COPY_BYTES];
    for (int got = in.read(rest); got >= 0; got = in.read(rest)) {
      if (!isZero(Arrays.copyOf(rest, got))) {
        throw new IOException("the tar goes on after its end");
      }
    }
  }

  private void skip() throws IOException {
    in.skipNBytes(left + padding);
    left = 0;
    padding = 0;
  }

  /** Copies the content of the entry; exactly its size, or fails. */
  void copyTo(OutputStream out) throws IOException {
    byte[] buffer = new byte[COPY_BYTES];
    while (left > 0) {
      int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (got < 0) {
        throw new IOException("the tar breaks off");
      }
      left -= got;
      out.write(buffer, 0, got);
    }
  }

  /** At most this many bytes of the entry. */
  byte[] read(int atMost) throws IOException {
    int wanted = (int) Math.min(atMost, left);
    byte[] bytes = in.readNBytes(wanted);
    if (bytes.length < wanted) {
      throw new IOException("the tar breaks off");
    }
    left -= wanted;
    return bytes;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
