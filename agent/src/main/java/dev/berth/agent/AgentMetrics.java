package dev.berth.agent;

import dev.berth.agent.control.AgentLoop;
import dev.berth.agent.control.NodeNotice;
import dev.berth.agent.keep.ImageKeeper;
import dev.berth.agent.logs.LogMeter;
import dev.berth.agent.reconcile.Notice;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.verify.VerificationRounds;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the agent counts, for Prometheus. Thread-safe. */
final class AgentMetrics {
  private final MeterRegistry registry;
  private final Timer starts;
  private final Counter restarts;
  private final Map<Notice.Kind, Counter> notices = new EnumMap<>(Notice.Kind.class);

  AgentMetrics(MeterRegistry registry, AgentLoop loop, VerificationRounds rounds) {
    this.registry = registry;
    starts =
        Timer.builder("berth.agent.start")
            .description("From the decision to start an instance to its running process")
            .serviceLevelObjectives(
                Duration.ofMillis(25), Duration.ofMillis(60), Duration.ofMillis(250))
            .register(registry);
    restarts =
        Counter.builder("berth.agent.restarts")
            .description("Starts after the first one of a placement")
            .register(registry);
    for (Notice.Kind kind : Notice.Kind.values()) {
      String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
      notices.put(
          kind,
          Counter.builder("berth.agent.notices")
              .description("What happened to instances, by kind")
              .tag("kind", name)
              .register(registry));
    }
    for (Class<?> phase : List.of(Phase.class.getPermittedSubclasses())) {
      Gauge.builder("berth.agent.instances", loop, it -> inPhase(it, phase))
          .description("Placements on this node, by phase")
          .tag("phase", phase.getSimpleName().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    Gauge.builder("berth.agent.verification.failed", rounds, AgentMetrics::failedChecks)
        .description("Required checks of the node's defences that fail; NaN before the first run")
        .register(registry);
    Gauge.builder("berth.agent.verification.seconds", rounds, AgentMetrics::verificationSeconds)
        .description("How long the newest run of the checks took")
        .register(registry);
    Gauge.builder("berth.agent.inputs.queued", loop, AgentLoop::queued)
        .description("Inputs that wait for the agent's loop")
        .register(registry);
    FunctionCounter.builder("berth.agent.notices.dropped", loop, AgentLoop::noticesDropped)
        .description("Notices dropped because no scheduler was there to hear them")
        .register(registry);
  }

  void count(LogMeter meter) {
    FunctionCounter.builder("berth.agent.log.dropped", meter, LogMeter::dropped)
        .baseUnit("bytes")
        .description("Output beyond the rate of its instance's size")
        .register(registry);
  }

  void count(ImageKeeper keeper) {
    Gauge.builder("berth.agent.images", keeper, it -> it.held().digests().size())
        .description("Images on this node")
        .register(registry);
    FunctionCounter.builder("berth.agent.images.taken.away", keeper, ImageKeeper::takenAway)
        .description("Images that nobody had needed for images.keep")
        .register(registry);
  }

  private static double failedChecks(VerificationRounds rounds) {
    return rounds.standing().map(it -> (double) it.failed().size()).orElse(Double.NaN);
  }

  private static double verificationSeconds(VerificationRounds rounds) {
    return rounds.standing().map(it -> it.verification().millis() / 1000.0).orElse(Double.NaN);
  }

  void startTook(Duration duration) {
    starts.record(duration);
  }

  void happened(NodeNotice notice) {
    Counter counter = notices.get(notice.notice().kind());
    if (counter != null) {
      counter.increment();
    }
    if (notice.notice().kind() == Notice.Kind.STARTED && notice.notice().incarnation() > 1) {
      restarts.increment();
    }
  }

  private static double inPhase(AgentLoop loop, Class<?> phase) {
    return loop.view().all().stream().filter(it -> phase.isInstance(it.phase())).count();
  }
}
