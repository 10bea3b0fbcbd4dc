package dev.berth.scheduler.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.Autoscale.Measure;
import dev.berth.scheduler.state.Traffic;
import dev.berth.scheduler.state.Webhook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration TICK = Duration.ofSeconds(5);

  /** One decision long after the last, and what it comes to. */
  @ParameterizedTest(name = "{0}: {1} instances, {2}/s, p95 {3} ms -> {4}")
  @CsvSource({
    "REQUESTS 1 10 50, 2, 100, 10, 2", // on target
    "REQUESTS 1 10 50, 2, 109, 10, 2", // within a tenth
    "REQUESTS 1 10 50, 2, 120, 10, 3",
    "REQUESTS 1 10 50, 2, 5000, 10, 4", // at most doubled
    "REQUESTS 1 3 50, 2, 5000, 10, 3", // the upper bound
    "REQUESTS 4 10 50, 2, 1, 10, 4", // the lower bound, at once
    "REQUESTS 1 2 50, 6, 300, 10, 2", // the upper bound, at once
    "P95_MILLIS 1 10 200, 2, 100, 150, 2",
    "P95_MILLIS 1 10 200, 2, 100, 210, 2", // within a tenth
    "P95_MILLIS 1 10 200, 4, 100, 300, 6",
    "P95_MILLIS 1 10 200, 4, 100, 9000, 8", // at most doubled
    "P95_MILLIS 1 10 200, 4, 0, 0, 4", // fewer, but not yet
  })
  void decides(String policy, int count, int rate, int p95, int expected) {
    assertThat(after(new Scaling(START), policy(policy), count, traffic(rate, p95), 60))
        .isEqualTo(expected);
  }

  /** What routers do not tell: percent of a cpu, or jobs, of all instances together. */
  @ParameterizedTest(name = "{0}: {1} instances, load {2} -> {3}")
  @CsvSource({
    "CPU_PERCENT 1 10 70, 4, 300, 4", // 75 % each is within a tenth
    "CPU_PERCENT 1 10 70, 4, 360, 6",
    "CPU_PERCENT 1 10 50, 2, 400, 4", // at most doubled
    "QUEUE 1 10 100, 2, 210, 2",
    "QUEUE 1 10 100, 2, 350, 4",
    "QUEUE 1 10 100, 4, 1000000, 8",
    "QUEUE 1 3 100, 2, 1000000, 3",
    "QUEUE 1 10 100, 4, 0, 4", // fewer, but not yet
  })
  void decidesByLoad(String policy, int count, double load, int expected) {
    var seen = new Scaling.Seen(count, Traffic.NONE, true, START.plusSeconds(60), load);

    Scaling.Step step = new Scaling(START).next(policy(policy), seen);

    assertThat(step == null ? count : step.count()).isEqualTo(expected);
  }

  @Test
  void anEmptyQueueLowersTheCountSlowly() {
    var scaling = new Scaling(START);
    int count = 10;
    for (int second = 45; second < 600; second += 5) {
      var seen = new Scaling.Seen(count, Traffic.NONE, true, START.plusSeconds(second), 0);
      Scaling.Step step = scaling.next(policy("QUEUE 1 10 100"), seen);
      assertThat(step == null || second >= 345).as("five minutes first").isTrue();
      count = step == null ? count : step.count();
    }
    assertThat(count).isBetween(4, 9);
  }

  /** "REQUESTS 1 10 50": measure, bounds, target. */
  private static Autoscale policy(String text) {
    String[] words = text.split(" ", -1);
    Measure measure = Measure.valueOf(words[0]);
    return new Autoscale(
        Integer.parseInt(words[1]),
        Integer.parseInt(words[2]),
        measure,
        Long.parseLong(words[3]),
        measure == Measure.QUEUE
            ? new Webhook("https://a.example", Duration.ofSeconds(5), "0123456789abcdef")
            : null);
  }

  @Test
  void nothingIsDecidedBeforeTheTrafficIsAllFromAfterTheLastChange() {
    var scaling = new Scaling(START);
    var policy = new Autoscale(1, 100, Measure.REQUESTS, 10);

    assertThat(after(scaling, policy, 2, traffic(1000, 10), 44)).isEqualTo(2);
    assertThat(after(scaling, policy, 2, traffic(1000, 10), 45)).isEqualTo(4);
    assertThat(after(scaling, policy, 4, traffic(1000, 10), 80)).isEqualTo(4);
    assertThat(after(scaling, policy, 4, traffic(1000, 10), 90)).isEqualTo(8);
  }

  @Test
  void downIsSlowAndWaitsForFiveMinutesInWhichLessWouldHaveDone() {
    var policy = new Autoscale(1, 100, Measure.REQUESTS, 10);

    List<Integer> counts = run(policy, 20, _ -> traffic(0, 0), Duration.ofMinutes(8));

    assertThat(counts.subList(0, 60)).as("five minutes").containsOnly(20);
    assertThat(counts.getLast()).as("then a tenth each minute").isBetween(15, 18);
  }

  @Test
  void aRouterThatIsNotHeardKeepsTheCountUp() {
    var scaling = new Scaling(START);
    var policy = new Autoscale(1, 100, Measure.REQUESTS, 10);

    for (int second = 0; second < 3600; second += 5) {
      var seen = new Scaling.Seen(20, traffic(0, 0), false, START.plusSeconds(second));
      assertThat(scaling.next(policy, seen)).isNull();
    }
  }

  @Test
  void whatItDecidesIsExplained() {
    var policy = new Autoscale(1, 10, Measure.P95_MILLIS, 200);
    var seen = new Scaling.Seen(2, traffic(40, 400), true, START.plusSeconds(60));

    Scaling.Step step = new Scaling(START).next(policy, seen);

    assertThat(step)
        .isNotNull()
        .extracting(Scaling.Step::words)
        .asString()
        .contains("40.0 requests/s")
        .contains("1 to 10, p95=200ms");
  }

  /** Constant load: after it has found its count it turns back at most once, and then rests. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void neverSwingsUnderConstantLoad(long seed) {
    Random random = new Random(seed);
    Measure measure = random.nextBoolean() ? Measure.REQUESTS : Measure.P95_MILLIS;
    long target = measure == Measure.REQUESTS ? 5 + random.nextInt(100) : 50 + random.nextInt(400);
    var policy = new Autoscale(1, 200, measure, target);
    int rate = 10 + random.nextInt(2000);
    int capacity = 10 + random.nextInt(100); // of one instance, requests per second

    List<Integer> counts =
        run(
            policy,
            1 + random.nextInt(200),
            count -> traffic(rate, latency(rate, count, capacity)),
            Duration.ofMinutes(59));

    assertThat(turns(counts)).as(counts.toString()).isLessThanOrEqualTo(2);
    assertThat(turns(counts.subList(counts.size() / 2, counts.size())))
        .as(counts.toString())
        .isLessThanOrEqualTo(1);
  }

  /** Rises steeply near an instance's capacity. */
  private static int latency(int rate, int count, int capacity) {
    double load = (double) rate / count / capacity;
    return (int) Math.min(10_000, 20 / Math.max(0.002, 1 - load));
  }

  private interface Load {
    Traffic at(int count);
  }

  private static List<Integer> run(Autoscale policy, int first, Load load, Duration time) {
    var scaling = new Scaling(START);
    var counts = new ArrayList<Integer>();
    int count = first;
    for (Instant now = START; now.isBefore(START.plus(time)); now = now.plus(TICK)) {
      Scaling.Step step = scaling.next(policy, new Scaling.Seen(count, load.at(count), true, now));
      count = step == null ? count : step.count();
      counts.add(count);
    }
    return counts;
  }

  private static int turns(List<Integer> counts) {
    int turns = 0;
    int direction = 0;
    for (int at = 1; at < counts.size(); at++) {
      int step = Integer.signum(counts.get(at) - counts.get(at - 1));
      if (step != 0) {
        turns += direction != 0 && step != direction ? 1 : 0;
        direction = step;
      }
    }
    return turns;
  }

  private static int after(
      Scaling scaling, Autoscale policy, int count, Traffic recent, int seconds) {
    Scaling.Step step =
        scaling.next(policy, new Scaling.Seen(count, recent, true, START.plusSeconds(seconds)));
    return step == null ? count : step.count();
  }

  /** Of 30 s, with that 95th percentile: so many in its bucket, the rest just below. */
  private static Traffic traffic(int rate, int p95Millis) {
    long requests = 30L * rate;
    long[] latency = new long[Traffic.BUCKETS];
    int bucket = Integer.SIZE - Integer.numberOfLeadingZeros(p95Millis);
    if (bucket == 0) {
      latency[0] = requests;
      return new Traffic(0, 0, latency);
    }
    long from = 1L << (bucket - 1);
    double within = (p95Millis - from) / (double) from;
    // With the share x in the bucket: 1 - x + within * x = 0.95
    latency[bucket] = Math.round(requests * Math.min(1, 0.05 / (1 - Math.min(0.95, within))));
    latency[bucket - 1] = requests - latency[bucket];
    return new Traffic(0, 0, latency);
  }
}
