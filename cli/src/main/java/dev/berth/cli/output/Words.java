package dev.berth.cli.output;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Sizes and times as people say them. */
public final class Words {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Words() {}

  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double amount = bytes;
    int unit = -1;
    while (amount >= 1024 && unit < 4) {
      amount /= 1024;
      unit++;
    }
    return String.format(
        Locale.ROOT, amount < 10 ? "%.1f %siB" : "%.0f %siB", amount, "KMGTP".charAt(unit));
  }

  public static String mib(long mib) {
    return mib == 0 ? "0 B" : bytes(mib * 1024 * 1024);
  }

  /** "12s", "3m", "5h", "2d": how long a thing has lasted; "-" when it never began. */
  public static String since(long millis, Instant now) {
    return millis == 0 ? "-" : length(Duration.between(Instant.ofEpochMilli(millis), now));
  }

  public static String length(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 2 * 3600) {
      return seconds / 60 + "m";
    }
    return seconds < 2 * 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }

  public static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }

  public static String stamp(long millis) {
    return STAMP.format(Instant.ofEpochMilli(millis));
  }
}
