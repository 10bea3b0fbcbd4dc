package dev.berth.scheduler.slug;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Builds tars for tests, hostile ones too. */
public final class Tar {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream out =
      new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

  Tar() {
    out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    out.setAddPaxHeadersForNonAsciiNames(true);
  }

  public static Tar small() {
    return new Tar().file("Procfile", "web: ./run\n").file("run", "#!/bin/sh\n", 0755);
  }

  public Tar file(String name, String content) {
    return file(name, content, 0644);
  }

  public Tar file(String name, String content, int mode) {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
    entry.setMode(mode);
    return put(entry, content.getBytes(StandardCharsets.UTF_8));
  }

  Tar directory(String name) {
    return entry(name + "/", TarConstants.LF_DIR);
  }

  Tar symlink(String name, String target) {
    return link(name, TarConstants.LF_SYMLINK, target);
  }

  Tar hardLink(String name, String target) {
    return link(name, TarConstants.LF_LINK, target);
  }

  Tar entry(String name, byte type) {
    return put(new TarArchiveEntry(name, type, true), new byte[0]);
  }

  Tar withHeaders(String name, String content, Map<String, String> headers) {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_NORMAL, true);
    entry.setIds(0, 0);
    headers.forEach(entry::addPaxHeader);
    return put(entry, content.getBytes(StandardCharsets.UTF_8));
  }

  private Tar link(String name, byte type, String target) {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setLinkName(target);
    return put(entry, new byte[0]);
  }

  private Tar put(TarArchiveEntry entry, byte[] content) {
    try {
      entry.setSize(content.length);
      entry.setModTime(0L);
      out.putArchiveEntry(entry);
      out.write(content);
      out.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public byte[] bytes() {
    try {
      out.finish();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
