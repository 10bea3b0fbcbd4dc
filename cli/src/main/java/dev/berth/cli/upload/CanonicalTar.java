package dev.berth.cli.upload;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A directory as a tar that depends on its files alone.
 *
 * <p>Entries stand in the order of their paths' bytes; owner, times and all mode bits but "may be
 * executed by its owner" are fixed. Symbolic links are kept as they are and never followed. The
 * same files give the same bytes on any machine and at any time.
 */
public final class CanonicalTar {
  /** What the platform takes at most; see also the limits of the scheduler's slug checks. */
  public static final long MOST_BYTES = 512L << 20;

  public static final int MOST_ENTRIES = 200_000;
  private static final int MOST_DEPTH = 64;
  private static final int DIRECTORY_MODE = 040755;
  private static final int FILE_MODE = 0100644;
  private static final int PROGRAM_MODE = 0100755;
  private static final int LINK_MODE = 0120777;

  private final Path root;
  private final List<Entry> entries;
  private final long fileBytes;

  private CanonicalTar(Path root, List<Entry> entries, long fileBytes) {
    this.root = root;
    this.entries = entries;
    this.fileBytes = fileBytes;
  }

  /** Looks the directory over; refuses what is too large or cannot be in a slug. */
  public static CanonicalTar of(Path directory) {
    return of(directory, MOST_BYTES, MOST_ENTRIES);
  }

  static CanonicalTar of(Path directory, long mostBytes, int mostEntries) {
    if (!Files.isDirectory(directory)) {
      throw CommandFailure.usage(
          directory + " is not a directory", "name the directory with the app's Procfile");
    }
    try {
      Scan scan = new Scan(directory, IgnoreRules.of(directory), mostBytes, mostEntries);
      scan.visit(directory, 1);
      scan.entries.sort(Comparator.comparing(Entry::sortKey, java.util.Arrays::compareUnsigned));
      return new CanonicalTar(directory, List.copyOf(scan.entries), scan.bytes);
    } catch (IOException unreadable) {
      throw unreadable(directory, unreadable);
    }
  }

  public int entryCount() {
    return entries.size();
  }

  /** Bytes in regular files; the tar itself is a little longer. */
  public long fileBytes() {
    return fileBytes;
  }

  public boolean hasProcfile() {
    return entries.stream().anyMatch(entry -> entry.name.equals("Procfile"));
  }

  public void writeTo(OutputStream out) throws IOException {
    TarArchiveOutputStream tar =
        new TarArchiveOutputStream(out, 512, StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    for (Entry entry : entries) {
      tar.putArchiveEntry(header(entry));
      if (entry.mode == FILE_MODE || entry.mode == PROGRAM_MODE) {
        copy(entry, tar);
      }
      tar.closeArchiveEntry();
    }
    tar.finish();
    tar.flush();
  }

  private static TarArchiveEntry header(Entry entry) {
    boolean link = entry.mode == LINK_MODE;
    TarArchiveEntry header =
        link
            ? new TarArchiveEntry(entry.name, TarConstants.LF_SYMLINK)
            : new TarArchiveEntry(entry.mode == DIRECTORY_MODE ? entry.name + "/" : entry.name);
    header.setMode(entry.mode & 07777);
    header.setIds(0, 0);
    header.setNames("", "");
    header.setModTime(0L);
    header.setSize(entry.size);
    if (link) {
      header.setLinkName(entry.linkTarget);
    }
    return header;
  }

  private void copy(Entry entry, OutputStream tar) throws IOException {
    long left = entry.size;
    byte[] buffer = new byte[1 << 16];
    Path file = root.resolve(entry.name);
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      for (int got = in.read(buffer); got >= 0 && left >= got; got = in.read(buffer)) {
        tar.write(buffer, 0, got);
        left -= got;
      }
    }
    if (left != 0) {
      throw changed(file);
    }
  }

  static CommandFailure changed(Path file) {
    return CommandFailure.host(
        file + " changed while it was being read", "deploy again once nothing writes to it");
  }

  private static CommandFailure unreadable(Path directory, IOException cause) {
    return CommandFailure.host(
        directory + " cannot be read: " + cause, "see that you may read every file in it");
  }

  private record Entry(String name, int mode, long size, String linkTarget) {
    byte[] sortKey() {
      return name.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** The walk through the directory. Confined to the call that makes it. */
  private static final class Scan {
    private final Path root;
    private final IgnoreRules rules;
    private final long mostBytes;
    private final int mostEntries;
    private final List<Entry> entries = new ArrayList<>();
    private long bytes;

    Scan(Path root, IgnoreRules rules, long mostBytes, int mostEntries) {
      this.root = root;
      this.rules = rules;
      this.mostBytes = mostBytes;
      this.mostEntries = mostEntries;
    }

    void visit(Path directory, int depth) throws IOException {
      if (depth > MOST_DEPTH) {
        throw CommandFailure.usage(
            directory + " is nested deeper than " + MOST_DEPTH + " directories",
            "leave it out with .berthignore");
      }
      try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
        for (Path child : children) {
          add(child, depth);
        }
      }
    }

    private void add(Path path, int depth) throws IOException {
      PosixFileAttributes attributes =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Path relative = root.relativize(path);
      if (rules.ignores(relative, attributes.isDirectory())) {
        return;
      }
      entries.add(entry(path, relative.toString(), attributes));
      if (entries.size() > mostEntries) {
        throw tooLarge("more than " + mostEntries + " files and directories");
      }
      if (attributes.isRegularFile()) {
        bytes += attributes.size();
        if (bytes > mostBytes) {
          throw tooLarge("more than " + mostBytes / (1 << 20) + " MiB in its files");
        }
      }
      if (attributes.isDirectory()) {
        visit(path, depth + 1);
      }
    }

    private CommandFailure tooLarge(String what) {
      return new CommandFailure(
          dev.berth.cli.ExitCode.REFUSED,
          "SLUG_TOO_LARGE",
          root + " has " + what + ", the most that a slug may hold",
          "leave out what the app does not need with a .berthignore file");
    }

    private static Entry entry(Path path, String name, PosixFileAttributes attributes)
        throws IOException {
      if (attributes.isSymbolicLink()) {
        return new Entry(name, LINK_MODE, 0, Files.readSymbolicLink(path).toString());
      }
      if (attributes.isDirectory()) {
        return new Entry(name, DIRECTORY_MODE, 0, "");
      }
      if (!attributes.isRegularFile()) {
        throw CommandFailure.usage(
            path + " is " + kind(attributes) + ", which cannot be in a slug",
            "remove it, or leave it out with .berthignore");
      }
      boolean program = attributes.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
      return new Entry(name, program ? PROGRAM_MODE : FILE_MODE, attributes.size(), "");
    }

    private static String kind(BasicFileAttributes attributes) {
      return attributes.isOther() ? "a device, socket or pipe" : "no regular file";
    }
  }
}
