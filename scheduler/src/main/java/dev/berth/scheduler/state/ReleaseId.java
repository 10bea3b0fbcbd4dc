package dev.berth.scheduler.state;

import java.util.Comparator;

/** Names a release of an app: acme/shop v3. */
public record ReleaseId(AppId app, int number) implements Comparable<ReleaseId> {
  private static final Comparator<ReleaseId> ORDER =
      Comparator.comparing(ReleaseId::app).thenComparingInt(ReleaseId::number);

  public ReleaseId {
    if (number < 1) {
      throw new IllegalArgumentException("release number must be at least 1, not " + number);
    }
  }

  @Override
  public int compareTo(ReleaseId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return app + " v" + number;
  }
}
