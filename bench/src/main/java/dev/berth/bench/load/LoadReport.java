package dev.berth.bench.load;

import java.time.Duration;
import java.util.List;

/**
 * What a load saw.
 *
 * @param answers requests with status 200
 * @param failures every other request, in order of time
 * @param latencies of the answers, each from when its request was due
 */
public record LoadReport(long answers, List<Failure> failures, List<Duration> latencies) {
  public LoadReport {
    failures = List.copyOf(failures);
    latencies = List.copyOf(latencies);
  }

  /**
   * A request that was not answered with 200.
   *
   * @param atNanos when it failed, counted from the start of the load
   */
  public record Failure(long atNanos, String what) {}

  /** From the first failure to the last, 0 without any. */
  public long failingMillis() {
    return failures.isEmpty()
        ? 0
        : (failures.getLast().atNanos() - failures.getFirst().atNanos()) / 1_000_000;
  }

  @Override
  public String toString() {
    return answers
        + " answered, "
        + failures.size()
        + " failed"
        + (failures.isEmpty()
            ? ""
            : ", first: " + failures.subList(0, Math.min(5, failures.size())));
  }
}
