package dev.berth.settings;

import java.util.List;

/** All that is wrong with a program's settings, one line per mistake. */
public final class SettingsException extends RuntimeException {
  private final List<String> mistakes;

  SettingsException(String source, List<String> mistakes) {
    super(source + " has " + mistakes.size() + " mistake(s): " + String.join("; ", mistakes));
    this.mistakes = List.copyOf(mistakes);
  }

  public List<String> mistakes() {
    return mistakes;
  }
}
