package dev.berth.scheduler.slug;

/** One thing wrong with one entry; {@code path} is made printable and at most 200 characters. */
record Violation(String path, Rule rule, String detail) {
  private static final int PATH_SHOWN = 200;

  Violation {
    path = printable(path);
    detail = printable(detail);
  }

  static Violation of(String path, Rule rule) {
    return new Violation(path, rule, "");
  }

  @Override
  public String toString() {
    return path + ": " + rule.words() + (detail.isEmpty() ? "" : " (" + detail + ")");
  }

  private static String printable(String text) {
    String cut = text.length() > PATH_SHOWN ? text.substring(0, PATH_SHOWN) + "..." : text;
    StringBuilder shown = new StringBuilder(cut.length());
    cut.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .forEach(shown::appendCodePoint);
    return shown.toString();
  }
}
