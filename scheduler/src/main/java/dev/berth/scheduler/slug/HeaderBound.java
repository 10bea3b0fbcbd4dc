package dev.berth.scheduler.slug;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bounds what one header of a tar may make us read into memory: long names and extended headers
 * name their own size. Confined to one reading.
 */
final class HeaderBound extends FilterInputStream {
  /** Two long names, an extended header and the padding of the last record. */
  static final int MAX_HEADER_BYTES = 64 * 1024;

  private static final long CONTENT = -1;

  private long left = CONTENT;

  HeaderBound(InputStream in) {
    super(in);
  }

  /** From here on a header is read. */
  void enterHeader() {
    left = MAX_HEADER_BYTES;
  }

  /** From here on the content of an entry is read, which its size bounds. */
  void enterContent() {
    left = CONTENT;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    spend(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    spend(Math.max(read, 0));
    return read;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = super.skip(count);
    spend(skipped);
    return skipped;
  }

  private void spend(long bytes) throws IOException {
    if (left == CONTENT) {
      return;
    }
    left -= bytes;
    if (left < 0) {
      throw new IOException("a header is larger than " + MAX_HEADER_BYTES + " bytes");
    }
  }
}
