package dev.berth.scheduler.slug;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;

/** The rules about paths and link targets alone; pure. */
final class TarPath {
  private static final char REPLACEMENT = '\uFFFD';

  private TarPath() {}

  /** The path without a leading "./" and a trailing "/"; the root itself becomes "". */
  static String trimmed(String written) {
    String path = written;
    while (path.startsWith("./")) {
      path = path.substring(2);
    }
    if (path.equals(".")) {
      return "";
    }
    return path.endsWith("/") && path.length() > 1 ? path.substring(0, path.length() - 1) : path;
  }

  /** What is wrong with a trimmed path, in the order of the rules. */
  static Set<Rule> check(String path) {
    Set<Rule> broken = EnumSet.noneOf(Rule.class);
    if (path.isEmpty()) {
      broken.add(Rule.NAME_EMPTY);
      return broken;
    }
    if (path.startsWith("/")) {
      broken.add(Rule.ABSOLUTE_PATH);
    }
    if (length(path) > SlugLimits.MAX_PATH) {
      broken.add(Rule.PATH_TOO_LONG);
    }
    if (path.indexOf(REPLACEMENT) >= 0) {
      broken.add(Rule.NAME_NOT_UTF8);
    }
    if (hasControls(path)) {
      broken.add(Rule.NAME_HAS_CONTROL_BYTES);
    }
    String[] names = (path.startsWith("/") ? path.substring(1) : path).split("/", -1);
    if (names.length > SlugLimits.MAX_DEPTH) {
      broken.add(Rule.PATH_TOO_DEEP);
    }
    for (String name : names) {
      checkName(name, broken);
    }
    return broken;
  }

  private static void checkName(String name, Set<Rule> broken) {
    if (name.equals("..")) {
      broken.add(Rule.CLIMBS_OUT);
    } else if (name.isEmpty() || name.equals(".")) {
      broken.add(Rule.NOT_CANONICAL);
    } else if (name.startsWith(".wh.")) {
      broken.add(Rule.NAME_IS_WHITEOUT);
    }
    if (length(name) > SlugLimits.MAX_NAME) {
      broken.add(Rule.NAME_TOO_LONG);
    }
  }

  /**
   * What is wrong with a symbolic link at {@code path}. An absolute target is allowed: it is only
   * ever resolved inside the container, where it names the base (virtual environments link to
   * /usr/bin/python3). A relative one must stay under the app's directory.
   */
  static Set<Rule> checkSymlink(String path, String target) {
    Set<Rule> broken = checkTarget(target);
    if (broken.isEmpty() && !target.startsWith("/") && climbsOut(path, target)) {
      broken.add(Rule.SYMLINK_CLIMBS_OUT);
    }
    return broken;
  }

  static Set<Rule> checkTarget(String target) {
    Set<Rule> broken = EnumSet.noneOf(Rule.class);
    if (target.isEmpty()) {
      broken.add(Rule.LINK_EMPTY);
    }
    if (length(target) > SlugLimits.MAX_PATH) {
      broken.add(Rule.LINK_TOO_LONG);
    }
    if (hasControls(target) || target.indexOf(REPLACEMENT) >= 0) {
      broken.add(Rule.LINK_HAS_CONTROL_BYTES);
    }
    return broken;
  }

  private static boolean climbsOut(String path, String target) {
    Deque<String> at = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      at.addLast(name);
    }
    at.pollLast();
    for (String name : target.split("/", -1)) {
      if (name.equals("..")) {
        if (at.pollLast() == null) {
          return true;
        }
      } else if (!name.isEmpty() && !name.equals(".")) {
        at.addLast(name);
      }
    }
    return false;
  }

  private static boolean hasControls(String text) {
    return text.chars().anyMatch(Character::isISOControl);
  }

  private static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
