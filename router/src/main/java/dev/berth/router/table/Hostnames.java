package dev.berth.router.table;

import org.jspecify.annotations.Nullable;

/**
 * The one written form of a hostname: lower case, without port or trailing dot.
 *
 * <p>Answers null for what cannot be a Host header's value; such a request is refused rather than
 * guessed at.
 */
public final class Hostnames {
  private static final int MAX_LENGTH = 253;

  private Hostnames() {}

  public static @Nullable String normalised(String authority) {
    int end = authority.startsWith("[") ? literalEnd(authority) : nameEnd(authority);
    if (end < 1 || !isPort(authority, end)) {
      return null;
    }
    int length = authority.charAt(end - 1) == '.' ? end - 1 : end;
    if (length == 0 || length > MAX_LENGTH) {
      return null;
    }
    return isLower(authority, length) ? authority.substring(0, length) : lowered(authority, length);
  }

  /** Where the name stops: at the colon before the port, or at the end; -1 when it is no name. */
  private static int nameEnd(String authority) {
    char before = '.';
    for (int i = 0; i < authority.length(); i++) {
      char c = authority.charAt(i);
      if (c == ':') {
        return i;
      }
      if (!isNamePart(c) || (c == '.' && before == '.')) {
        return -1;
      }
      before = c;
    }
    return authority.length();
  }

  private static int literalEnd(String authority) {
    int close = authority.indexOf(']');
    for (int i = 1; i < close; i++) {
      char c = authority.charAt(i);
      if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
        return -1;
      }
    }
    return close < 3 ? -1 : close + 1;
  }

  private static boolean isPort(String authority, int end) {
    if (end == authority.length()) {
      return true;
    }
    if (authority.charAt(end) != ':' || authority.length() - end > 6) {
      return false;
    }
    for (int i = end + 1; i < authority.length(); i++) {
      char c = authority.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
    }
    return true;
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_';
  }

  private static boolean isLower(String text, int length) {
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        return false;
      }
    }
    return true;
  }

  private static String lowered(String text, int length) {
    char[] lower = new char[length];
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      lower[i] = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }
    return new String(lower);
  }
}
