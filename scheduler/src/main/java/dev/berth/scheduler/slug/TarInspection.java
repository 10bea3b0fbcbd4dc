package dev.berth.scheduler.slug;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
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

  private TarInspection(SlugLimits limits) {
    this.limits = limits;
  }

  /** What a whole tar holds and what is wrong with it. */
  record Findings(int entries, long bytes, Map<String, byte[]> wanted, Violations violations) {}

  static Findings inspect(InputStream in, SlugLimits limits) throws IOException {
    TarInspection inspection = new TarInspection(limits);
    try (TarReader reader = new TarReader(in)) {
      inspection.readAll(reader);
    }
    return new Findings(
        inspection.entries, inspection.bytes, inspection.wanted, inspection.violations);
  }

  private void readAll(TarReader reader) {
    String last = "(start)";
    try {
      for (TarArchiveEntry entry = reader.next(); entry != null; entry = reader.next()) {
        last = entry.getName();
        if (!isWithinLimits(entry)) {
          return;
        }
        read(entry, reader);
      }
    } catch (IOException e) {
      violations.add(new Violation(last, Rule.UNREADABLE, String.valueOf(e.getMessage())));
    }
  }

  private boolean isWithinLimits(TarArchiveEntry entry) {
    entries++;
    if (entries > limits.maxEntries()) {
      String detail = "at most " + limits.maxEntries();
      violations.add(new Violation(entry.getName(), Rule.TOO_MANY_ENTRIES, detail));
      return false;
    }
    bytes += Math.max(entry.getSize(), 0);
    if (bytes > limits.maxBytes() || bytes < 0) {
      String detail = "at most " + limits.maxBytes() + " bytes";
      violations.add(new Violation(entry.getName(), Rule.TOO_MANY_BYTES, detail));
      return false;
    }
    return true;
  }

  private void read(TarArchiveEntry entry, TarReader reader) throws IOException {
    String path = TarPath.trimmed(entry.getName());
    if (path.isEmpty() && entry.isDirectory()) {
      return;
    }
    Set<Rule> broken = TarPath.check(path);
    broken.forEach(rule -> violations.add(path, rule));
    Kind kind = kindOf(entry, path);
    if (kind == null || !broken.isEmpty() || !takePath(path, kind)) {
      return;
    }
    if (kind == Kind.FILE && WANTED.contains(path)) {
      wanted.put(path, reader.read(MAX_WANTED_BYTES + 1));
    }
  }

  private @Nullable Kind kindOf(TarArchiveEntry entry, String path) {
    if (entry.isSparse()) {
      violations.add(path, Rule.SPARSE);
      return null;
    }
    return switch (entry.getLinkFlag()) {
      case TarArchiveEntry.LF_NORMAL, TarArchiveEntry.LF_OLDNORM, TarArchiveEntry.LF_CONTIG ->
          entry.isDirectory() ? Kind.DIRECTORY : Kind.FILE;
      case TarArchiveEntry.LF_DIR -> Kind.DIRECTORY;
      case TarArchiveEntry.LF_SYMLINK -> symlink(path, entry.getLinkName());
      case TarArchiveEntry.LF_LINK -> hardLink(path, entry.getLinkName());
      case TarArchiveEntry.LF_CHR, TarArchiveEntry.LF_BLK -> refuse(path, Rule.DEVICE);
      case TarArchiveEntry.LF_FIFO -> refuse(path, Rule.FIFO);
      default -> refuse(path, Rule.UNKNOWN_TYPE);
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
    return Kind.FILE;
  }

  /** Notes the path; false if it or a parent of it is taken by something else. */
  private boolean takePath(String path, Kind kind) {
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      Kind found = kinds.putIfAbsent(parent, Kind.DIRECTORY);
      if (found == null) {
        impliedDirectories.add(parent);
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
