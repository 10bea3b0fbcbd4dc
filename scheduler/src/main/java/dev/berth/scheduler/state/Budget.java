package dev.berth.scheduler.state;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * How much the platform may move an app for its own reasons: drains, rebalancing, base campaigns.
 * What the app's own developers ask for is not bound by it.
 *
 * @param movesPerHour 0 for no limit
 * @param minBetween how long an instance is left alone after it was placed
 * @param window when moves may begin; null for always
 * @param coordinator who is asked before each move; null for nobody
 */
public record Budget(
    int movesPerHour,
    Duration minBetween,
    @Nullable Window window,
    @Nullable Coordinator coordinator) {
  public static final Budget NONE = new Budget(0, Duration.ZERO, null);

  public Budget(int movesPerHour, Duration minBetween, @Nullable Window window) {
    this(movesPerHour, minBetween, window, null);
  }

  /**
   * The app's own program that agrees to moves.
   *
   * @param silenceAllows whether no answer in time means yes
   */
  public record Coordinator(Webhook webhook, boolean silenceAllows) {}

  /**
   * A part of each day, UTC; it may reach over midnight.
   *
   * @param from minutes since midnight, inclusive
   * @param to minutes since midnight, exclusive
   */
  public record Window(int from, int to) {
    private static final int DAY = 24 * 60;

    public Window {
      if (from < 0 || from >= DAY || to < 0 || to >= DAY || from == to) {
        throw new IllegalArgumentException(
            "a window has two different times of day, not minutes %d and %d".formatted(from, to));
      }
    }

    public boolean contains(Instant time) {
      LocalTime ofDay = time.atZone(ZoneOffset.UTC).toLocalTime();
      int minute = ofDay.getHour() * 60 + ofDay.getMinute();
      return from < to ? from <= minute && minute < to : from <= minute || minute < to;
    }

    /** "22:00-04:30". */
    public String words() {
      return "%02d:%02d-%02d:%02d".formatted(from / 60, from % 60, to / 60, to % 60);
    }
  }

  public boolean isOpen(Instant now) {
    return window == null || window.contains(now);
  }
}
