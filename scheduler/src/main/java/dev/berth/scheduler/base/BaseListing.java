package dev.berth.scheduler.base;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges a base image line by line from a listing of its tree. Holds no more than what is wrong.
 * Confined to one inspection.
 *
 * <p>A listing cannot hide an entry: a name with a line feed gives a line that is not understood,
 * or one entry too many.
 */
final class BaseListing {
  /** As {@code unsquashfs -lln} writes them; a device has two numbers in place of the size. */
  private static final Pattern LINE =
      Pattern.compile(
          "([-dlbcps])([-rwxsStT]{9}) +\\d+/\\d+ +(?:(\\d+)|\\d+, *\\d+) \\d+-\\d\\d-\\d\\d"
              + " \\d\\d:\\d\\d squashfs-root(/.*)?");

  private static final int MAX_PATH = 4096;
  private static final int MAX_DEPTH = 64;
  private static final int USER_EXECUTE = 2;
  private static final int GROUP_EXECUTE = 5;

  /** Instances have mounts of their own there: CVE-2025-31133, CVE-2026-41579. */
  private static final Set<String> MOUNT_POINTS =
      Set.of("/", "/app", "/dev", "/etc", "/proc", "/run", "/sys", "/tmp", "/var", "/var/tmp");

  /** The agent lays its own over these, or reads them. */
  private static final Set<String> FURNISHINGS =
      Set.of("/etc/group", "/etc/hostname", "/etc/hosts", "/etc/passwd", "/etc/resolv.conf");

  private final BaseLimits limits;
  private final BaseFaults faults;
  private long entries;
  private long bytes;
  private String last = "/";

  BaseListing(BaseLimits limits, BaseFaults faults) {
    this.limits = limits;
    this.faults = faults;
  }

  long entries() {
    return entries;
  }

  /** The last path that was understood. */
  String last() {
    return last;
  }

  /** Takes one line; false when it has seen enough. */
  boolean take(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      faults.add(last, BaseRule.UNREADABLE);
      return false;
    }
    char type = matcher.group(1).charAt(0);
    String written = matcher.group(4) == null ? "/" : matcher.group(4);
    int arrow = type == 'l' ? written.indexOf(" -> ") : -1;
    last = arrow < 0 ? written : written.substring(0, arrow);
    entries++;
    bytes += type == '-' ? Long.parseLong(matcher.group(3)) : 0;
    judge(type, matcher.group(2), last);
    if (entries > limits.entries()) {
      faults.add(last, BaseRule.TOO_MANY_FILES);
      return false;
    }
    if (bytes > limits.bytes() || bytes < 0) {
      faults.add(last, BaseRule.TOO_MANY_BYTES);
      return false;
    }
    return true;
  }

  private void judge(char type, String mode, String path) {
    switch (type) {
      case 'b', 'c' -> faults.add(path, BaseRule.DEVICE);
      case 'p', 's' -> faults.add(path, BaseRule.PIPE_OR_SOCKET);
      case '-' -> {
        if (isSetId(mode.charAt(USER_EXECUTE)) || isSetId(mode.charAt(GROUP_EXECUTE))) {
          faults.add(path, BaseRule.SET_ID);
        }
      }
      default -> {} // directories and links are judged by where they are
    }
    if (type != 'd' && MOUNT_POINTS.contains(path)) {
      faults.add(path, BaseRule.MOUNT_POINT_NOT_DIRECTORY);
    }
    if (type != '-' && FURNISHINGS.contains(path)) {
      faults.add(path, BaseRule.FURNISHING_NOT_FILE);
    }
    boolean isNode = type == 'b' || type == 'c' || type == 'p' || type == 's';
    if (type != 'd' && !isNode && path.startsWith("/dev/")) {
      faults.add(path, BaseRule.IN_DEVICES);
    }
    judgeName(path);
  }

  private static boolean isSetId(char execute) {
    return execute == 's' || execute == 'S';
  }

  private void judgeName(String path) {
    if (path.contains("/.wh.")) {
      faults.add(path, BaseRule.WHITEOUT);
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH
        || path.chars().filter(c -> c == '/').count() > MAX_DEPTH) {
      faults.add(path, BaseRule.PATH_TOO_LONG);
    }
    if (path.chars().anyMatch(Character::isISOControl)) {
      faults.add(path, BaseRule.NAME_HAS_CONTROL_BYTES);
    }
  }
}
