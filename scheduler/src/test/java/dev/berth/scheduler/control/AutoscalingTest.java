package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.Autoscale.Measure;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Autoscaling through whole passes of the loop. */
class AutoscalingTest {
  private final TestCluster cluster = TestCluster.withNodes(3);
  private Instant routerSince = Instant.EPOCH;

  @BeforeEach
  void deploy() {
    cluster.deploy("web");
    cluster.scale("web", 2);
    cluster.run(Duration.ofSeconds(5));
  }

  @Test
  void theCountFollowsTheTrafficAndTheHistorySaysWhy() {
    autoscale(2, 8);
    run(Duration.ofMinutes(4), 100);

    assertThat(count()).isEqualTo(8);
    assertThat(cluster.routed()).hasSize(8);
    assertThat(cluster.snapshot().history().values())
        .filteredOn(event -> event.kind().equals("app.autoscaled"))
        .extracting(HistoryEvent::message)
        .first()
        .asString()
        .contains("web 2 to 4: 100.0 requests/s");

    run(Duration.ofMinutes(20), 1);
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void whileItOwnsTheCountNobodyElseChangesIt() {
    autoscale(2, 8);

    assertThat(scale(5))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, it -> assertThat(it.remedy()).contains("berth autoscale"));
    assertThat(scale(2)).as("the same count, perhaps of another size").isNotNull();

    cluster.operator(new Command.SetAutoscale(TestCluster.SHOP, "web", null));
    assertThat(scale(5)).isInstanceOf(Outcome.Accepted.class);
    run(Duration.ofMinutes(3), 100);
    assertThat(count()).isEqualTo(5);
  }

  @Test
  void aCountOutsideTheBoundsIsBroughtInAtOnce() {
    autoscale(3, 8);

    assertThat(count()).isEqualTo(3);
  }

  @Test
  void theQuotaHoldsAndTheRefusalIsToldOnce() {
    cluster.operator(new Command.SetQuota("acme", new Quota(3, 100_000, 50)));
    autoscale(2, 8);
    run(Duration.ofMinutes(5), 100);

    assertThat(count()).isEqualTo(2);
    assertThat(cluster.snapshot().history().values())
        .filteredOn(event -> event.kind().equals("app.autoscale-refused"))
        .hasSize(1);
  }

  @Test
  void withoutFreshSignalsTheCountStays() {
    autoscale(2, 8);
    tell(100);
    cluster.run(Duration.ofMinutes(10));

    assertThat(count()).isEqualTo(2);
  }

  @Test
  void theCountFollowsTheCpuThatAgentsTellOf() {
    set(new Command.AutoscaleAsked(2, 8, Measure.CPU_PERCENT, 50));

    burn(Duration.ofMinutes(4), 900);
    assertThat(count()).isEqualTo(8);
    assertThat(decisions()).first().asString().contains("cpu 90% of the size on average");

    burn(Duration.ofMinutes(20), 10);
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void withoutFreshWordOfTheCpuOrTheQueueTheCountStays() {
    set(new Command.AutoscaleAsked(2, 8, Measure.CPU_PERCENT, 50));
    burn(Duration.ofSeconds(15), 900);
    cluster.run(Duration.ofMinutes(10));
    assertThat(count()).isEqualTo(2);

    set(queued(100));
    cluster.run(Duration.ofSeconds(10));
    cluster.offer(new Event.QueueRead(WEB, -1, "the status is 500"));
    cluster.offer(new Event.QueueRead(WEB, -1, "the status is 500"));
    cluster.run(Duration.ofMinutes(10));
    assertThat(count()).isEqualTo(2);
    assertThat(cluster.snapshot().history().values())
        .filteredOn(event -> event.kind().equals("app.queue-silent"))
        .hasSize(1);
  }

  @Test
  void theCountFollowsTheQueue() {
    set(queued(100));

    for (int round = 0; round < 16; round++) {
      cluster.offer(new Event.QueueRead(WEB, 700, ""));
      cluster.run(Duration.ofSeconds(15));
    }

    assertThat(count()).isEqualTo(7);
    assertThat(decisions()).first().asString().contains("web 2 to 4: 700 jobs wait");
  }

  @Test
  void aQueueNeedsAnAddressThatCanBeCalledAndASecret() {
    for (String url : List.of("ftp://a.example", "https://", "https://u@a.example", "a.example")) {
      assertThat(refusal(asked(url, "0123456789abcdef"))).isEqualTo(RefusalCode.INVALID_WEBHOOK);
    }
    assertThat(refusal(asked("https://a.example/jobs", "short")))
        .isEqualTo(RefusalCode.INVALID_WEBHOOK);
    assertThat(refusal(new Command.AutoscaleAsked(1, 8, Measure.QUEUE, 5)))
        .isEqualTo(RefusalCode.INVALID_COUNT);
    assertThat(refusal(new Command.AutoscaleAsked(1, 8, Measure.CPU_PERCENT, 101)))
        .isEqualTo(RefusalCode.INVALID_COUNT);
  }

  private static final ProcessTypeId WEB = new ProcessTypeId(TestCluster.SHOP_ID, "web");

  private static Command.AutoscaleAsked queued(long jobs) {
    return new Command.AutoscaleAsked(
        2, 8, Measure.QUEUE, jobs, asked("https://a.example", "0123456789abcdef").queue());
  }

  private static Command.AutoscaleAsked asked(String url, String secret) {
    return new Command.AutoscaleAsked(
        2, 8, Measure.QUEUE, 5, new Command.WebhookAsked(url, Duration.ZERO, secret));
  }

  private void set(Command.AutoscaleAsked asked) {
    assertThat(cluster.operator(new Command.SetAutoscale(TestCluster.SHOP, "web", asked)))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private RefusalCode refusal(Command.AutoscaleAsked asked) {
    Outcome outcome = cluster.operator(new Command.SetAutoscale(TestCluster.SHOP, "web", asked));
    return ((Outcome.Refused) outcome).code();
  }

  private List<String> decisions() {
    return cluster.snapshot().history().values().stream()
        .filter(event -> event.kind().equals("app.autoscaled"))
        .map(HistoryEvent::message)
        .toList();
  }

  /** Each agent tells every 15 s of each of its instances. */
  private void burn(Duration time, int cpuMillis) {
    for (long told = 0; told < time.toSeconds(); told += 15) {
      for (TestAgent agent : cluster.agents()) {
        Map<PlacementId, Integer> used = new HashMap<>();
        for (Placement placement : cluster.state().placements().on(agent.id())) {
          used.put(placement.id(), cpuMillis);
        }
        cluster.offer(new Event.CpuUsed(agent.id(), agent.connection(), used));
      }
      cluster.run(Duration.ofSeconds(15));
    }
  }

  private Outcome scale(int count) {
    return cluster.operator(
        new Command.Scale(TestCluster.SHOP, List.of(new Command.ScaleChange("web", count, ""))));
  }

  /** Ten requests per second are right for one instance. */
  private void autoscale(int min, int max) {
    routerSince = cluster.now();
    Outcome outcome =
        cluster.operator(
            new Command.SetAutoscale(
                TestCluster.SHOP,
                "web",
                new Command.AutoscaleAsked(min, max, Measure.REQUESTS, 10)));
    assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
    assertThat(formation().autoscale()).isEqualTo(new Autoscale(min, max, Measure.REQUESTS, 10));
  }

  private Formation formation() {
    return Objects.requireNonNull(cluster.shop().formation().get("web"));
  }

  private int count() {
    return formation().count();
  }

  private void run(Duration time, int perSecond) {
    for (long second = 0; second < time.toSeconds(); second++) {
      tell(perSecond);
      cluster.pass(Duration.ofSeconds(1));
    }
  }

  private void tell(int perSecond) {
    long[] latency = new long[Traffic.BUCKETS];
    latency[3] = 30L * perSecond;
    var traffic = new Traffic(0, 0, latency);
    cluster.offer(
        new Event.SignalsTold(
            new Signals(
                cluster.now(),
                routerSince,
                Map.of("router-1", routerSince),
                Map.of(
                    TestCluster.SHOP_ID,
                    List.of(new Signals.Row("web", 1, 1, traffic, traffic))))));
  }
}
