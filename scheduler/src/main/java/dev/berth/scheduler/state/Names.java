package dev.berth.scheduler.state;

import java.util.Optional;

/** The rules for names: who breaks them is told which rule and how. */
public final class Names {
  private static final int MAX_LENGTH = 40;
  private static final int MAX_NODE_LENGTH = 63;

  private Names() {}

  /** What is wrong with a tenant, app or process type name; nothing if it is legal. */
  public static Optional<String> problem(String kind, String name) {
    if (name.isEmpty()) {
      return Optional.of(kind + " name is empty");
    }
    if (name.length() > MAX_LENGTH) {
      return Optional.of(
          "%s name has %d characters, at most %d are allowed"
              .formatted(kind, name.length(), MAX_LENGTH));
    }
    for (int at = 0; at < name.length(); at++) {
      if (!isNameCharacter(name.charAt(at))) {
        return Optional.of(
            "%s name '%s' has the character %s at position %d; only a-z, 0-9 and '-' are allowed"
                .formatted(kind, printable(name), shown(name.charAt(at)), at + 1));
      }
    }
    if (!isLetter(name.charAt(0))) {
      return Optional.of("%s name '%s' must start with a letter a-z".formatted(kind, name));
    }
    if (name.endsWith("-")) {
      return Optional.of("%s name '%s' must not end in '-'".formatted(kind, name));
    }
    return Optional.empty();
  }

  public static boolean isLegal(String name) {
    return problem("", name).isEmpty();
  }

  /** For identifiers, which hold legal names only. */
  static void require(String kind, String name) {
    problem(kind, name)
        .ifPresent(problem -> {
          throw new IllegalArgumentException(problem);
        });
  }

  static void requireNode(String name) {
    boolean legal = !name.isEmpty() && name.length() <= MAX_NODE_LENGTH;
    for (int at = 0; at < name.length() && legal; at++) {
      char character = name.charAt(at);
      legal = isNameCharacter(character) || (character == '.' && at > 0);
    }
    if (!legal) {
      throw new IllegalArgumentException(
          "node name '%s' must be 1 to %d characters of a-z, 0-9, '-' and '.'"
              .formatted(printable(name), MAX_NODE_LENGTH));
    }
  }

  /** The text with control characters shown as codes and cut at 80 characters. */
  public static String printable(String text) {
    var shown = new StringBuilder();
    for (int at = 0; at < text.length() && at < 80; at++) {
      char character = text.charAt(at);
      shown.append(character < ' ' || character == 127 ? shown(character) : character);
    }
    return text.length() > 80 ? shown + "..." : shown.toString();
  }

  private static String shown(char character) {
    return character < ' ' || character >= 127
        ? "U+%04X".formatted((int) character)
        : "'" + character + "'";
  }

  private static boolean isNameCharacter(char character) {
    return isLetter(character) || (character >= '0' && character <= '9') || character == '-';
  }

  private static boolean isLetter(char character) {
    return character >= 'a' && character <= 'z';
  }
}
