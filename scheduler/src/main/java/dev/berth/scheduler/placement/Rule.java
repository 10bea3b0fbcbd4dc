package dev.berth.scheduler.placement;

/** What a node must fulfil to take an instance, in the order in which it is asked. */
public enum Rule {
  POOL("in another pool", ""),
  DEDICATED("reserved for another tenant", ""),
  LABELS("without the labels that are asked for", ""),
  CORDONED("cordoned", ""),
  NOT_READY("not ready", ""),
  UNVERIFIED("not verified (node-unverified)", ""),
  ANTI_AFFINITY("holding one already (anti-affinity)", ""),
  MEMORY("short of memory", "MiB"),
  CPU("short of cpu weight", ""),
  PIDS("short of pids", ""),
  DISK("short of disk", "MiB"),
  ADDRESSES("short of addresses", "");

  private final String words;
  private final String unit;

  Rule(String words, String unit) {
    this.words = words;
    this.unit = unit;
  }

  /** For the tenant: what such a node is. */
  public String words() {
    return words;
  }

  /** Of the amount that is missing; may be empty. */
  public String unit() {
    return unit;
  }

  /** Can it be broken by an amount? */
  public boolean isCounted() {
    return compareTo(MEMORY) >= 0;
  }

  /** "1024 MiB" */
  public String amount(long missing) {
    return unit.isEmpty() ? Long.toString(missing) : missing + " " + unit;
  }
}
