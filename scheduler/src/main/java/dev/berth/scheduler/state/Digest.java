package dev.berth.scheduler.state;

/** A SHA-256, as 64 lower-case hexadecimal digits. */
public record Digest(String hex) implements Comparable<Digest> {
  private static final int LENGTH = 64;

  public Digest {
    if (!isLegal(hex)) {
      throw new IllegalArgumentException(
          "digest '%s' must be %d digits of 0-9a-f".formatted(Names.printable(hex), LENGTH));
    }
  }

  public static boolean isLegal(String hex) {
    if (hex.length() != LENGTH) {
      return false;
    }
    for (int at = 0; at < LENGTH; at++) {
      char digit = hex.charAt(at);
      if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'f')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
