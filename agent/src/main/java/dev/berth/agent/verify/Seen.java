package dev.berth.agent.verify;

/** What was there, in plain words, and whether it is as it should be. */
public record Seen(boolean passed, String text) {
  private static final int LONGEST = 400;

  public Seen {
    text = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }

  /** Passed if it is exactly this. */
  static Seen exactly(String wanted, String text) {
    return new Seen(text.equals(wanted), text);
  }

  /** Passed if nothing was found that should not be; else that is told. */
  static Seen nothingOf(String exceptions, String otherwise) {
    return new Seen(exceptions.isBlank(), exceptions.isBlank() ? otherwise : exceptions.strip());
  }
}
