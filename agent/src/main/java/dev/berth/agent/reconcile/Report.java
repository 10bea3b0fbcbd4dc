package dev.berth.agent.reconcile;

/** What the host or a health check says about one incarnation. */
public sealed interface Report {

  /** The process runs and was verified. */
  record Started(Address address) implements Report {}

  /** The container could not be made. */
  record StartFailed(Cause cause, String message) implements Report {}

  /**
   * The first process of the container ended.
   *
   * @param pidsLimitHits forks refused because of its pids limit
   * @param lastWords what it wrote last, on one line; empty if that is not known
   */
  record Ended(int code, Oom oom, long pidsLimitHits, String lastWords) implements Report {
    /** Stands for a code that nobody was there to take down. */
    public static final int UNKNOWN_CODE = 255;

    public Ended {
      code = code < 0 ? UNKNOWN_CODE : code;
    }
  }

  record CheckPassed() implements Report {}

  record CheckFailed(String message) implements Report {}

  /** The kernel's counters, while it runs. */
  record Counted(Oom oom, long pidsLimitHits) implements Report {}

  /** Its container was taken away. */
  record Discarded() implements Report {}

  /** All that it held was given back. */
  record Released() implements Report {}
}
