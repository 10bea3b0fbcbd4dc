package dev.berth.scheduler.rollout;

/**
 * How freely the instances of silent nodes are replaced at this moment, and for how many.
 *
 * <p>When many nodes fall silent together the fault is more likely ours than theirs.
 */
public record Brake(Level level, int silent, int nodes) {
  public static final Brake OFF = new Brake(Level.OFF, 0, 0);

  /** From here on the number counts, not the share alone. */
  private static final int FROM = 3;

  /** What holds for them. */
  public enum Level {
    /** As they are lost. */
    OFF,
    /** One node's instances every ten seconds. */
    BRAKED,
    /** None: most are silent. */
    FROZEN,
    /** None: an operator has said so. */
    HELD,
    /** Most are silent, and an operator has said that it does not count: as if braked. */
    RELEASED
  }

  /** More than a fifth silent brakes, more than 55 of a hundred freezes. */
  static Level level(int silent, int nodes) {
    if (silent < FROM || silent * 5L <= nodes) {
      return Level.OFF;
    }
    return silent * 20L > nodes * 11L ? Level.FROZEN : Level.BRAKED;
  }

  /** Is nothing given up, and nothing moved that nobody asked for? */
  public boolean isFrozen() {
    return switch (level) {
      case FROZEN, HELD -> true;
      case OFF, BRAKED, RELEASED -> false;
    };
  }

  /** Is there a pause between one and the next? */
  boolean isBraked() {
    return switch (level) {
      case BRAKED, RELEASED -> true;
      case OFF, FROZEN, HELD -> false;
    };
  }

  /** For the history and for operators. */
  public String words() {
    String many = "%d of %d nodes are silent: ".formatted(silent, nodes);
    return switch (level) {
      case OFF -> many + "lost instances are replaced at once";
      case BRAKED -> many + "the instances of one are replaced every 10 s";
      case FROZEN ->
          many
              + "none is given up and no campaign moves an app until they are back; if they are"
              + " gone for good: berth admin thaw";
      case HELD -> many + "none is given up and no campaign moves an app, by an operator's order";
      case RELEASED -> many + "by an operator's order the instances of one are replaced every 10 s";
    };
  }
}
