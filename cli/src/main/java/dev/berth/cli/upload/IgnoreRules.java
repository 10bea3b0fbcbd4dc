package dev.berth.cli.upload;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * What of a directory stays at home: .git, .berth and .berthignore, and what .berthignore lists.
 *
 * <p>A line is a glob. Without a slash it names a file or directory anywhere; with one it is a path
 * from the top. A slash at the end means directories only. There is no negation.
 */
final class IgnoreRules {
  static final String FILE = ".berthignore";
  private static final int MOST_RULES = 1000;

  private final List<Rule> rules;

  private IgnoreRules(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  static IgnoreRules of(Path directory) throws IOException {
    List<Rule> rules = new ArrayList<>();
    for (String always : List.of("/.git", "/.berth", "/" + FILE)) {
      rules.add(rule(always));
    }
    Path file = directory.resolve(FILE);
    if (Files.isRegularFile(file)) {
      for (String line : Files.readAllLines(file)) {
        String text = line.strip();
        if (!text.isEmpty() && !text.startsWith("#")) {
          rules.add(rule(text));
        }
      }
    }
    if (rules.size() > MOST_RULES) {
      throw CommandFailure.usage(
          file + " has " + rules.size() + " rules, at most " + MOST_RULES + " are read",
          "use globs to say the same with fewer");
    }
    return new IgnoreRules(rules);
  }

  boolean ignores(Path relative, boolean directory) {
    for (Rule rule : rules) {
      Path subject = rule.anywhere ? relative.getFileName() : relative;
      if ((directory || !rule.directoriesOnly) && rule.matcher.matches(subject)) {
        return true;
      }
    }
    return false;
  }

  private static Rule rule(String line) {
    if (line.startsWith("!")) {
      throw CommandFailure.usage(
          FILE + " has the line \"" + line + "\", and lines with ! are not understood",
          "list what to leave out, not what to keep");
    }
    boolean directoriesOnly = line.endsWith("/");
    String glob = directoriesOnly ? line.substring(0, line.length() - 1) : line;
    boolean anywhere = !glob.contains("/");
    glob = glob.startsWith("/") ? glob.substring(1) : glob;
    try {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
      return new Rule(matcher, anywhere, directoriesOnly);
    } catch (PatternSyntaxException malformed) {
      throw CommandFailure.usage(
          FILE + " has the line \"" + line + "\": " + malformed.getDescription(),
          "write a glob such as *.log or target/");
    }
  }

  private record Rule(PathMatcher matcher, boolean anywhere, boolean directoriesOnly) {}
}
