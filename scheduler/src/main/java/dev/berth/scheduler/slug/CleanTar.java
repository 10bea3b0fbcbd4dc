package dev.berth.scheduler.slug;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

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
  private static final int EXECUTE_BITS = 0111;
  private static final int RECORD = 512;

  private final TarArchiveOutputStream out;
  private final Set<String> directories = new HashSet<>();

  private CleanTar(OutputStream out) {
    this.out = new TarArchiveOutputStream(out, RECORD, StandardCharsets.UTF_8.name());
    this.out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    this.out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    this.out.setAddPaxHeadersForNonAsciiNames(true);
  }

  /** The tar must be one in which {@link TarInspection} found no violation. */
  static void write(InputStream inspected, OutputStream out) throws IOException {
    CleanTar clean = new CleanTar(out);
    clean.directory("app");
    try (TarReader reader = new TarReader(inspected)) {
      for (TarArchiveEntry entry = reader.next(); entry != null; entry = reader.next()) {
        clean.copy(entry, reader);
      }
    }
    clean.out.finish();
    clean.out.flush();
  }

  private void copy(TarArchiveEntry entry, TarReader reader) throws IOException {
    String trimmed = TarPath.trimmed(entry.getName());
    if (trimmed.isEmpty()) {
      return;
    }
    String path = "app/" + trimmed;
    parents(path);
    if (entry.isDirectory()) {
      directory(path);
    } else if (entry.isSymbolicLink()) {
      put(link(path, TarConstants.LF_SYMLINK, entry.getLinkName()));
    } else if (entry.isLink()) {
      String target = "app/" + TarPath.trimmed(entry.getLinkName());
      put(link(path, TarConstants.LF_LINK, target));
    } else {
      file(path, entry, reader);
    }
  }

  private void parents(String path) throws IOException {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      directory(path.substring(0, slash));
    }
  }

  private void directory(String path) throws IOException {
    if (directories.add(path)) {
      TarArchiveEntry entry = new TarArchiveEntry(path + "/", TarConstants.LF_DIR);
      entry.setMode(0755);
      put(entry);
    }
  }

  private void file(String path, TarArchiveEntry from, TarReader reader) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_NORMAL);
    entry.setMode((from.getMode() & EXECUTE_BITS) == 0 ? 0644 : 0755);
    entry.setSize(from.getSize());
    own(entry);
    out.putArchiveEntry(entry);
    reader.copyTo(out);
    out.closeArchiveEntry();
  }

  private static TarArchiveEntry link(String path, byte type, String target) {
    TarArchiveEntry entry = new TarArchiveEntry(path, type);
    entry.setLinkName(target);
    entry.setMode(type == TarConstants.LF_SYMLINK ? 0777 : 0644);
    return entry;
  }

  private void put(TarArchiveEntry entry) throws IOException {
    own(entry);
    out.putArchiveEntry(entry);
    out.closeArchiveEntry();
  }

  private static void own(TarArchiveEntry entry) {
    entry.setIds(APP_ID, APP_ID);
    entry.setNames("", "");
    entry.setModTime(0L);
  }
}
