package dev.berth.scheduler.slug;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tenant's tar once, to its end, and says all that is wrong with it.
 *
 * <p>Writes nothing and follows no link. A tar without violations is safe to write anew with {@link
 * CleanTar}, which keeps names, bytes, links and execute bits only. Confined to one reading.
 */
final class TarInspection {
  /** Files at the root that the platform itself reads. */
  private static final Set<String> WANTED = Set.of("Procfile", "berth.json");

  /** Where a runtime would mount, were this tree ever taken for a root (CVE-2026-41579). */
  private static final Set<String> MOUNT_POINTS = Set.of("dev", "proc", "sys");

  static final int MAX_WANTED_BYTES = 64 * 1024;

  private enum Kind {
    FILE,
    DIRECTORY,
    LINK
  }

  private final SlugLimits limits;
  private final Violations violations = new Violations();
  private final Map<String, Kind> kinds = new HashMap<>();
  private final Set<String> impliedDirectories = new HashSet<>();
  private final Map<String, byte[]> wanted = new TreeMap<>();
  private int entries;
  private long bytes;
  private long names;

  private TarInspection(SlugLimits limits) {
    this.limits = limits;
  }

  /** What a whole tar holds and what is wrong with it. */
  record Findings(int entries, long bytes, Map<String, byte[]> wanted, Violations violations) {}

  static Findings inspect(InputStream in, SlugLimits limits) throws IOException {
    TarInspection inspection = new TarInspection(limits);
    BufferedInputStream whole = new BufferedInputStream(in, FileSignature.BYTES);
    if (inspection.isTar(whole)) {
      try (TarReader reader = new TarReader(whole)) {
        inspection.readAll(reader);
      }
    }
    return new Findings(
        inspection.entries, inspection.bytes, inspection.wanted, inspection.violations);
  }

  /** A file system image is told from a tar before anything is read as a header. */
  private boolean isTar(InputStream in) throws IOException {
    in.mark(FileSignature.BYTES);
    byte[] head = in.readNBytes(FileSignature.BYTES);
    in.reset();
    if (head.length >= TarHeader.BYTES && TarHeader.isLikely(head)) {
      return true;
    }
    Optional<String> found = FileSignature.of(head);
    found.ifPresent(
        what -> violations.add(new Violation("(start)", Rule.NOT_A_TAR, "it is " + what)));
    return found.isEmpty();
  }

  private void readAll(TarReader reader) {
    String last = "(start)";
    try {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        last = entry.path();
        bytes += entry.size();
        if (bytes > limits.maxBytes() || bytes < 0) {
          tooMuch(last, Rule.TOO_MANY_BYTES, limits.maxBytes(), "bytes");
          return;
        }
        read(entry, reader);
        if (entries > limits.maxEntries()) {
          tooMuch(last, Rule.TOO_MANY_ENTRIES, limits.maxEntries(), "entries");
          return;
        }
        if (names > SlugLimits.MAX_NAMES_BYTES) {
          tooMuch(last, Rule.TOO_LONG_NAMES, SlugLimits.MAX_NAMES_BYTES, "bytes");
          return;
        }
      }
    } catch (IOException e) {
      violations.add(new Violation(last, Rule.UNREADABLE, String.valueOf(e.getMessage())));
    }
  }

  private void tooMuch(String path, Rule rule, long most, String unit) {
    violations.add(new Violation(path, rule, "at most " + most + " " + unit));
  }

  private void read(TarEntry entry, TarReader reader) throws IOException {
    String path = TarPath.trimmed(entry.path());
    count(path);
    if (path.isEmpty() && entry.type() == TarEntry.Type.DIRECTORY) {
      return;
    }
    Set<Rule> broken = TarPath.check(path);
    broken.forEach(rule -> violations.add(path, rule));
    for (String doubt : entry.doubts()) {
      violations.add(new Violation(path, Rule.HEADER_AMBIGUOUS, doubt));
    }
    Kind kind = kindOf(entry, path);
    if (kind == null || !broken.isEmpty() || !takePath(path, kind)) {
      return;
    }
    if (kind == Kind.FILE && WANTED.contains(path)) {
      wanted.put(path, reader.read(MAX_WANTED_BYTES + 1));
    }
  }

  private void count(String path) {
    entries++;
    names += path.length();
  }

  private @Nullable Kind kindOf(TarEntry entry, String path) {
    return switch (entry.type()) {
      case FILE -> Kind.FILE;
      case DIRECTORY -> Kind.DIRECTORY;
      case SYMLINK -> symlink(path, entry.link());
      case HARD_LINK -> hardLink(path, entry.link());
      case SPARSE -> refuse(path, Rule.SPARSE);
      case DEVICE -> refuse(path, Rule.DEVICE);
      case FIFO -> refuse(path, Rule.FIFO);
      case GLOBAL_HEADER -> refuse(path, Rule.GLOBAL_HEADER);
      case UNKNOWN -> refuse(path, Rule.UNKNOWN_TYPE);
    };
  }

  private @Nullable Kind refuse(String path, Rule rule) {
    violations.add(path, rule);
    return null;
  }

  private Kind symlink(String path, String target) {
    for (Rule rule : TarPath.checkSymlink(path, target)) {
      violations.add(new Violation(path, rule, "-> " + target));
    }
    requireNoMountPoint(path);
    return Kind.LINK;
  }

  private Kind hardLink(String path, String target) {
    Set<Rule> broken = TarPath.checkTarget(target);
    if (broken.isEmpty() && kinds.get(TarPath.trimmed(target)) != Kind.FILE) {
      broken.add(Rule.HARD_LINK_TARGET);
    }
    for (Rule rule : broken) {
      violations.add(new Violation(path, rule, "-> " + target));
    }
    requireNoMountPoint(path);
    return Kind.FILE;
  }

  private void requireNoMountPoint(String path) {
    if (MOUNT_POINTS.contains(path)) {
      violations.add(path, Rule.MOUNT_POINT_IS_LINK);
    }
  }

  /** Notes the path; false if it or a parent of it is taken by something else. */
  private boolean takePath(String path, Kind kind) {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      Kind found = kinds.putIfAbsent(parent, Kind.DIRECTORY);
      if (found == null) {
        impliedDirectories.add(parent);
        count(parent);
      } else if (found != Kind.DIRECTORY) {
        violations.add(path, Rule.PARENT_NOT_DIRECTORY);
        return false;
      }
    }
    Kind before = kinds.putIfAbsent(path, kind);
    boolean isFirst = before == null || (kind == Kind.DIRECTORY && impliedDirectories.remove(path));
    if (!isFirst) {
      violations.add(path, Rule.DUPLICATE);
    }
    return isFirst;
  }
}
