package dev.berth.scheduler.state;

/** The labels that placement itself reads, and what labels may look like. */
public final class Labels {
  /** Places that fail together; instances of a process type are spread over them. */
  public static final String ZONE = "zone";

  /** Within a zone. */
  public static final String RACK = "rack";

  public static final String POOL = "pool";

  /** A node with it takes instances of that tenant only. */
  public static final String TENANT = "tenant";

  /** What the node's processor is; not set by anyone. */
  public static final String ARCH = "arch";

  public static final int MAX = 64;
  private static final int MAX_LENGTH = 63;

  private Labels() {}

  /** 1 to 63 characters of a-z, 0-9, '-', '_', '.' and '/'. */
  public static boolean isKey(String text) {
    return !text.isEmpty() && isText(text, "-_./");
  }

  /** At most 63 characters of a-z, A-Z, 0-9, '-', '_' and '.'. */
  public static boolean isValue(String text) {
    return isText(text, "-_.ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  }

  private static boolean isText(String text, String more) {
    boolean legal = text.length() <= MAX_LENGTH;
    for (int at = 0; at < text.length() && legal; at++) {
      char character = text.charAt(at);
      legal =
          (character >= 'a' && character <= 'z')
              || (character >= '0' && character <= '9')
              || more.indexOf(character) >= 0;
    }
    return legal;
  }
}
