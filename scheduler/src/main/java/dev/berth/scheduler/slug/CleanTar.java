package dev.berth.scheduler.slug;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes an inspected tar anew, under {@code app/}.
 *
 * <p>Nothing of the tenant's headers is passed on: owner 1000:1000, time 0, mode 0755 or 0644 by
 * the execute bit (so no setuid, setgid or sticky bit), no extended attribute, every directory
 * present before what is in it, order as received. The same tar always gives the same bytes.
 * Confined to one writing.
 */
final class CleanTar {
  static final int APP_ID = 1000;

  private static final int SHORT_NAME = 100;
  private static final int PROGRAM = 0755;

  private final OutputStream out;
  private final Set<String> directories = new HashSet<>();

  private CleanTar(OutputStream out) {
    this.out = out;
  }

  /** The tar must be one in which {@link TarInspection} found no violation. */
  static void write(InputStream inspected, OutputStream out) throws IOException {
    CleanTar clean = new CleanTar(out);
    clean.directory("app");
    try (TarReader reader = new TarReader(inspected)) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        clean.copy(entry, reader);
      }
    }
    out.write(new byte[2 * TarHeader.BYTES]);
    out.flush();
  }

  private void copy(TarEntry entry, TarReader reader) throws IOException {
    String trimmed = TarPath.trimmed(entry.path());
    if (trimmed.isEmpty()) {
      return;
    }
    String path = "app/" + trimmed;
    parents(path);
    switch (entry.type()) {
      case DIRECTORY -> directory(path);
      case SYMLINK -> put('2', path, entry.link(), 0777, 0);
      case HARD_LINK -> put('1', path, "app/" + TarPath.trimmed(entry.link()), 0644, 0);
      case FILE -> file(path, entry, reader);
      case DEVICE, FIFO, SPARSE, GLOBAL_HEADER, UNKNOWN ->
          throw new IllegalArgumentException("not inspected: " + entry);
    }
  }

  private void parents(String path) throws IOException {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      directory(path.substring(0, slash));
    }
  }

  private void directory(String path) throws IOException {
    if (directories.add(path)) {
      put('5', path + "/", "", PROGRAM, 0);
    }
  }

  private void file(String path, TarEntry from, TarReader reader) throws IOException {
    put('0', path, "", from.isExecutable() ? PROGRAM : 0644, from.size());
    reader.copyTo(out);
    pad(from.size());
  }

  private void put(char type, String path, String link, int mode, long size) throws IOException {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    byte[] name = fitting("path", path, records);
    byte[] target = fitting("linkpath", link, records);
    if (records.size() > 0) {
      out.write(TarHeader.bytes('x', new byte[] {'x'}, new byte[0], 0644, records.size()));
      records.writeTo(out);
      pad(records.size());
    }
    out.write(TarHeader.bytes(type, name, target, mode, size));
  }

  /** What stands in the header; what does not fit there becomes a record before it. */
  private static byte[] fitting(String key, String value, ByteArrayOutputStream records) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= SHORT_NAME && bytes.length == value.length()) {
      return bytes;
    }
    records.writeBytes(ExtendedHeader.record(key, value));
    return new byte[] {'x'};
  }

  private void pad(long size) throws IOException {
    out.write(new byte[(int) (-size & (TarHeader.BYTES - 1))]);
  }
}
