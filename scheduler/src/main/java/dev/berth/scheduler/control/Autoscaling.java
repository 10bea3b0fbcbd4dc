package dev.berth.scheduler.control;

import dev.berth.scheduler.admission.Admission;
import dev.berth.scheduler.admission.Request;
import dev.berth.scheduler.admission.Verdict;
import dev.berth.scheduler.autoscale.Scaling;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lets autoscaled counts follow their load, every 5 s, in the working state.
 *
 * <p>An app that is being replaced is left alone until it has settled, but not for longer than two
 * minutes. Acts on fresh signals only. Confined to the control loop.
 */
final class Autoscaling {
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration STALE = Duration.ofSeconds(15);
  private static final Duration WHOLE = Duration.ofSeconds(45);
  private static final Duration UNSETTLED_AT_MOST = Duration.ofMinutes(2);
  private static final Duration BETWEEN_REFUSALS = Duration.ofMinutes(10);

  private final Working working;
  private final ClusterSettings settings;
  private final Loads loads;
  private final Map<ProcessTypeId, Memory> memories = new HashMap<>();
  private Instant next;

  /** What is remembered of one process type, for as long as it is autoscaled. */
  private static final class Memory {
    private final Scaling scaling;
    private Instant settledLast;
    private Instant refusedLast = Instant.MIN;
    private Instant silentLast = Instant.EPOCH;

    Memory(Instant now) {
      scaling = new Scaling(now);
      settledLast = now;
    }
  }

  Autoscaling(Working working, ClusterSettings settings, Instant from) {
    this.working = working;
    this.loads = new Loads(working);
    this.settings = settings;
    this.next = from;
  }

  void scale(Predicate<App> isSettled) {
    Instant now = working.now();
    if (now.isBefore(next)) {
      return;
    }
    next = now.plus(EVERY);
    Set<ProcessTypeId> scaled = new HashSet<>();
    for (App app : working.state().apps().values()) {
      for (Map.Entry<String, Formation> each : app.formation().entrySet()) {
        Autoscale policy = each.getValue().autoscale();
        if (policy != null && app.isDeployed() && !app.isLeaving()) {
          var type = new ProcessTypeId(app.id(), each.getKey());
          scaled.add(type);
          look(type, policy, each.getValue().count(), isSettled.test(app));
        }
      }
    }
    memories.keySet().retainAll(scaled);
    loads.retain(scaled, now);
  }

  private void look(ProcessTypeId type, Autoscale policy, int count, boolean isSettled) {
    Instant now = working.now();
    Memory memory = memories.computeIfAbsent(type, _ -> new Memory(now));
    memory.settledLast = isSettled ? now : memory.settledLast;
    boolean isLongUnsettled = !now.isBefore(memory.settledLast.plus(UNSETTLED_AT_MOST));
    Scaling.Seen seen = isSettled || isLongUnsettled ? seen(type, policy, count) : null;
    Scaling.Step step = seen == null ? null : memory.scaling.next(policy, seen);
    if (step != null) {
      carryOut(type, step, memory);
    }
  }

  /** Null while nothing is known that is fresh. */
  private Scaling.@Nullable Seen seen(ProcessTypeId type, Autoscale policy, int count) {
    Instant now = working.now();
    return switch (policy.measure()) {
      case P95_MILLIS, REQUESTS -> {
        Signals signals = working.actual().signals();
        boolean isFresh = now.isBefore(signals.at().plus(STALE));
        yield isFresh
            ? new Scaling.Seen(count, recent(signals, type), isWhole(signals), now)
            : null;
      }
      case CPU_PERCENT -> loads.cpu(type, count, now);
      case QUEUE -> loads.queue(type, count, now);
    };
  }

  /** A queue that cannot be read is told of, but not each time. */
  void take(Event.QueueRead read) {
    Memory memory = memories.get(read.type());
    if (memory == null) {
      return; // it is not autoscaled any more, or not looked at yet
    }
    Instant now = working.now();
    loads.take(read, now);
    if (read.jobs() < 0 && !now.isBefore(memory.silentLast.plus(BETWEEN_REFUSALS))) {
      memory.silentLast = now;
      working.record(
          EventDraft.byScheduler(
              "app.queue-silent",
              Subject.of(read.type().app()),
              "%s stays as it is: nobody told how many jobs wait: %s"
                  .formatted(read.type().name(), read.words())));
    }
  }

  void take(Event.CpuUsed used) {
    loads.take(used, working.now());
  }

  private static Traffic recent(Signals signals, ProcessTypeId type) {
    Traffic recent = Traffic.NONE;
    for (Signals.Row row : signals.of(type.app())) {
      if (row.processType().equals(type.name())) {
        recent = recent.plus(row.recent());
      }
    }
    return recent;
  }

  /** Did every router that is connected tell of all that time? Else there may be more traffic. */
  private boolean isWhole(Signals signals) {
    Instant since = working.now().minus(WHOLE);
    boolean isAny = false;
    for (Map.Entry<String, Actual.RouterActual> router : working.actual().routers().entrySet()) {
      Instant telling = signals.routers().get(router.getKey());
      if (telling == null || telling.isAfter(since)) {
        return false;
      }
      isAny = true;
    }
    return isAny;
  }

  private void carryOut(ProcessTypeId type, Scaling.Step step, Memory memory) {
    var name = new AppName(type.app().tenant().name(), type.app().name());
    var request =
        new Request(
            working.state(),
            settings,
            new Command.Rescale(name, type.name(), step.count(), step.words()),
            new Caller.Operator(),
            Mutation.NONE,
            working.now());
    switch (Admission.judge(request)) {
      case Verdict.Admitted admitted -> {
        admitted.changes().forEach(working::apply);
        admitted
            .events()
            .forEach(it ->
                working.record(EventDraft.byScheduler(it.kind(), it.subject(), it.message())));
      }
      case Verdict.Denied(var refused) -> {
        if (!working.now().isBefore(memory.refusedLast.plus(BETWEEN_REFUSALS))) {
          memory.refusedLast = working.now();
          working.record(
              EventDraft.byScheduler(
                  "app.autoscale-refused",
                  Subject.of(type.app()),
                  "%s cannot go to %d: %s".formatted(type.name(), step.count(), refused.reason())));
        }
      }
    }
  }
}
