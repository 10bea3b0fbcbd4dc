package dev.berth.scheduler.store;

/**
 * The version of the stored form, MAJOR.MINOR.
 *
 * <p>A greater minor has added things that an older scheduler may leave alone: it leads, and keeps
 * the fields that it does not know. A greater major has changed what is there: an older scheduler
 * refuses it.
 */
public record Format(int major, int minor) {
  public static final Format CURRENT = new Format(1, 1);

  /** "1" is what was written before there were minors. */
  public static Format of(String text) {
    String[] parts = text.split("\\.", -1);
    try {
      if (parts.length <= 2) {
        return new Format(
            Integer.parseInt(parts[0]), parts.length == 2 ? Integer.parseInt(parts[1]) : 0);
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new IllegalArgumentException("\"" + text + "\" is no format of a stored state");
  }

  /** Whether a scheduler of this version may read and write what has the current form. */
  public boolean isLegible() {
    return major == CURRENT.major;
  }

  boolean isOlder(Format other) {
    return major < other.major || (major == other.major && minor < other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
