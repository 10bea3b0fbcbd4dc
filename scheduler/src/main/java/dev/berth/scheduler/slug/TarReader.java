package dev.berth.scheduler.slug;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar entry by entry in bounded memory. Every way in which a tar can be broken comes out as
 * an {@link IOException}. Confined to one reading.
 */
final class TarReader implements Closeable {
  private final HeaderBound bound;
  private final TarArchiveInputStream tar;

  TarReader(InputStream in) {
    this.bound = new HeaderBound(new BufferedInputStream(in, 1 << 16));
    this.tar = new TarArchiveInputStream(bound, StandardCharsets.UTF_8.name());
  }

  /** The next entry, or null at the end. */
  @Nullable TarArchiveEntry next() throws IOException {
    if (tar.getCurrentEntry() != null) {
      tar.transferTo(OutputStream.nullOutputStream());
    }
    bound.enterHeader();
    try {
      return tar.getNextEntry();
    } catch (RuntimeException e) {
      throw new IOException("the header cannot be read: " + e.getMessage(), e);
    } finally {
      bound.enterContent();
    }
  }

  /** Copies the content of the entry; exactly its size, or fails. */
  void copyTo(OutputStream out) throws IOException {
    tar.transferTo(out);
  }

  /** At most this many bytes of the entry. */
  byte[] read(int atMost) throws IOException {
    return tar.readNBytes(atMost);
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}
