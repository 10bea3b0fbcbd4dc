package dev.berth.scheduler.state;

/** Trials are numbered from 1 over the whole cluster; a number is never given twice. */
public record TrialId(long number) implements Comparable<TrialId> {
  public TrialId {
    if (number < 1) {
      throw new IllegalArgumentException("trials are numbered from 1, not " + number);
    }
  }

  @Override
  public int compareTo(TrialId other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return "t" + number;
  }
}
