package dev.berth.scheduler.state;

/** So many instances, or so many in a hundred of them. */
public record Share(int value, boolean isPercent) {
  public Share {
    if (value < 0) {
      throw new IllegalArgumentException("a share must not be negative, is " + value);
    }
  }

  public static Share number(int value) {
    return new Share(value, false);
  }

  public static Share percent(int value) {
    return new Share(value, true);
  }

  /** Of so many; a part of an instance counts as one. */
  public int upTo(int count) {
    return isPercent ? (int) ((count * (long) value + 99) / 100) : value;
  }

  /** Of so many; a part of an instance counts as none. */
  public int downTo(int count) {
    return isPercent ? (int) (count * (long) value / 100) : value;
  }

  /** "25%", or "3". */
  public String words() {
    return isPercent ? value + "%" : Integer.toString(value);
  }
}
