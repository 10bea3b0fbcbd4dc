package dev.berth.bench.measure;

import dev.berth.bench.load.Answer;
import dev.berth.bench.load.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Meets instances through the router, by chance, until enough different ones have answered.
 *
 * <p>Asks on one kept-alive connection, one request after another; meeting each of a hundred takes
 * some five hundred requests, which is part of what it costs.
 */
final class Census {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int MOST_REQUESTS = 200_000;

  private Census() {}

  /** The pages of {@code count} starts that are not among those known. */
  static Set<String> take(int port, int count, Set<String> known) throws IOException {
    Set<String> met = new HashSet<>();
    try (HttpConnection connection = HttpConnection.open(port, TIMEOUT)) {
      for (int request = 0; request < MOST_REQUESTS; request++) {
        Answer answer = connection.get(QuickApp.HOSTNAME, "/");
        if (answer.status() == 200 && !known.contains(answer.text())) {
          met.add(answer.text());
        }
        if (met.size() >= count) {
          return met;
        }
      }
    }
    throw new AssertionError(
        "only " + met.size() + " of " + count + " met in " + MOST_REQUESTS + " requests");
  }
}
