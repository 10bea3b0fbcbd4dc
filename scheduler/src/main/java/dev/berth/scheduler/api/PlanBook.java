package dev.berth.scheduler.api;

import dev.berth.proto.v1.PlanResponse;
import dev.berth.proto.v1.PlannedStep;
import dev.berth.scheduler.control.Planner;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Mutation;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes that were planned and may yet be made, for a while.
 *
 * <p>Kept by this process alone: with it go the tokens, and nothing else. Thread-safe.
 */
final class PlanBook {
  private static final int MAX = 1000;
  private static final Duration KEPT = Duration.ofMinutes(15);
  private static final int TOKEN_BYTES = 16;

  private final Planner planner;
  private final SecureRandom random;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  PlanBook(Planner planner, SecureRandom random) {
    this.planner = planner;
    this.random = random;
  }

  /** One change, as it was asked for and as it was foreseen. */
  record Entry(
      Caller caller, Command command, Mutation mutation, PlanResponse plan, Instant until) {

    /** Would the same happen now? Numbers of placements and what others do may differ. */
    boolean isLike(PlanResponse now) {
      return plan.getRefusal().equals(now.getRefusal())
          && steps(plan).equals(steps(now))
          && plan.getWaitsList().equals(now.getWaitsList());
    }

    private static List<PlannedStep> steps(PlanResponse plan) {
      return plan.getStepsList().stream()
          .map(step -> step.toBuilder().clearCause().clearAfterSeconds().build())
          .toList();
    }
  }

  PlanResponse plan(Snapshot snapshot, Command command, Caller caller) {
    return Plans.message(planner.plan(snapshot, command, caller), snapshot);
  }

  /** Returns the plan with its token, or without one if the change would be refused. */
  PlanResponse make(Snapshot snapshot, Command command, Mutation mutation, Caller caller) {
    PlanResponse plan = plan(snapshot, command, caller);
    if (plan.hasRefusal()) {
      return plan;
    }
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = "plan_" + HexFormat.of().formatHex(bytes);
    PlanResponse named = plan.toBuilder().setToken(token).build();
    put(token, new Entry(caller, command, mutation, named, snapshot.at().plus(KEPT)));
    return named;
  }

  private synchronized void put(String token, Entry entry) {
    entries.put(token, entry);
    var oldest = entries.keySet().iterator();
    while (entries.size() > MAX && oldest.hasNext()) {
      oldest.next();
      oldest.remove();
    }
  }

  /** Only whoever made it finds it. */
  synchronized Optional<Entry> find(String token, Caller caller, Instant now) {
    return Optional.ofNullable(entries.get(token))
        .filter(entry -> entry.caller().equals(caller) && now.isBefore(entry.until()));
  }

  synchronized void forget(String token) {
    entries.remove(token);
  }
}
