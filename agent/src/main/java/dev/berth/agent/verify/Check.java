package dev.berth.agent.verify;

import dev.berth.agent.runtime.Defence;
import java.io.IOException;
import java.util.List;

/**
 * One thing that must hold on this host, and how to look.
 *
 * @param quick part of the short form, which every agent runs before it greets the scheduler
 * @param notices the defences without any one of which this check must not pass
 */
public record Check(
    String name,
    String guards,
    String expected,
    boolean required,
    boolean quick,
    List<Defence> notices,
    Look look) {

  /** Looks at a container, from inside or outside. What it throws counts as not passed. */
  @FunctionalInterface
  public interface Look {
    Seen at(Cell cell) throws IOException;
  }

  public Check {
    if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*")) {
      throw new IllegalArgumentException("a check has a name in kebab case, not '" + name + "'");
    }
    notices = List.copyOf(notices);
  }

  /** A required check of the long form. */
  static Check of(String name, String guards, String expected, Look look) {
    return new Check(name, guards, expected, true, false, List.of(), look);
  }

  Check quickly() {
    return new Check(name, guards, expected, required, true, notices, look);
  }

  /** One that is reported and keeps no instance away. */
  Check advisory() {
    return new Check(name, guards, expected, false, quick, notices, look);
  }

  Check noticing(Defence... defences) {
    return new Check(name, guards, expected, required, quick, List.of(defences), look);
  }

  Finding run(Cell cell) {
    Seen seen;
    try {
      seen = look.at(cell);
    } catch (IOException e) {
      seen = new Seen(false, "could not look: " + e.getMessage());
    }
    return new Finding(name, guards, expected, seen.text(), required, seen.passed());
  }
}
