package dev.berth.simulation.host;

import dev.berth.agent.control.Checks;
import dev.berth.agent.control.HostWork;
import dev.berth.agent.control.Input;
import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Cause;
import dev.berth.agent.reconcile.Report;
import dev.berth.agent.reconcile.Step;
import dev.berth.agent.runtime.Ended;
import dev.berth.simulation.world.SimProcess;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What an agent asks of its host during one life, and what it hears of it.
 *
 * <p>Everything takes a while and may fail; what is under way when the agent dies is not done.
 * Confined to the world's thread.
 */
public final class HostDriver implements HostWork, Checks, SimHost.Agent {
  private static final long CHECK_MICROS = 5_000_000;

  /** Commands that do not do what they should. */
  public static final String ENDS_AT_ONCE = "ends-at-once";

  public static final String NEVER_HEALTHY = "never-healthy";

  /** A command that comes to its end. */
  public static final String ENDS_WELL = "ends-well";

  private final SimHost host;
  private final SimProcess process;
  private final Consumer<Ended> ended;
  private final Consumer<Input> heard;
  private final Consumer<Asked> asking;
  private final Map<Long, Integer> watched = new HashMap<>();
  private final Set<Long> sick = new HashSet<>();

  /** A container is told to end, or is taken away, by the agent. */
  public record Asked(String node, long placement, Step step) {}

  /**
   * Where its agent hears.
   *
   * @param asking is told of each thing that ends a container, before it is done
   */
  public record Ears(Consumer<Ended> ended, Consumer<Input> heard, Consumer<Asked> asking) {}

  public HostDriver(SimHost host, SimProcess process, Ears ears) {
    this.host = host;
    this.process = process;
    this.ended = ears.ended();
    this.heard = ears.heard();
    this.asking = ears.asking();
    host.watchedBy(this);
  }

  /** Its agent is gone; the containers stay. */
  public void close() {
    host.watchedBy(null);
  }

  @Override
  public void ended(Ended end) {
    process.later(micros(500, 20_000), "ended", () -> ended.accept(end));
  }

  @Override
  public void start(Order order, int incarnation) {
    long placement = order.id().value();
    host.reserve(placement, incarnation);
    process.later(
        micros(30_000, 2_000_000),
        "prepared",
        () -> {
          if (host.chance().nextDouble() < host.mood().failures()) {
            host.discard(placement);
            hear(
                order.id(),
                incarnation,
                new Report.StartFailed(Cause.START_FAILED, "the host failed"));
            return;
          }
          host.discard(placement); // of the incarnation before
          host.start(order, incarnation);
          if (order.spec().command().contains(NEVER_HEALTHY)) {
            sick.add(placement);
          }
          Address address = new Address(host.reserve(placement, incarnation), order.spec().port());
          if (order.spec().command().contains(ENDS_AT_ONCE)) {
            long soon = micros(100, 50_000);
            process
                .world()
                .after(soon, "broken " + host.node(), () -> endOf(placement, incarnation, 1));
          }
          if (order.spec().command().contains(ENDS_WELL)) {
            long later = micros(100, 20_000_000);
            process
                .world()
                .after(later, "ends " + host.node(), () -> endOf(placement, incarnation, 0));
          }
          process.later(
              micros(1_000, 50_000),
              "started",
              () -> hear(order.id(), incarnation, new Report.Started(address)));
        });
  }

  private void endOf(long placement, int incarnation, int code) {
    host.running(placement)
        .filter(container -> container.incarnation() == incarnation)
        .ifPresent(_ -> host.end(placement, code, false));
  }

  @Override
  public void limit(Order order) {}

  @Override
  public void perform(PlacementId id, int incarnation, Step step) {
    asking.accept(new Asked(host.node(), id.value(), step));
    switch (step) {
      case Step.Terminate _ -> terminate(id.value(), incarnation);
      case Step.Kill _ ->
          process.later(micros(1_000, 20_000), "kill", () -> host.end(id.value(), 137, false));
      case Step.Discard _ ->
          process.later(
              micros(5_000, 500_000),
              "discard",
              () -> {
                host.discard(id.value());
                hear(id, incarnation, new Report.Discarded());
              });
      case Step.Release _ ->
          process.later(
              micros(5_000, 500_000),
              "release",
              () -> {
                host.release(id.value());
                hear(id, incarnation, new Report.Released());
              });
      case Step.Start _ -> throw new IllegalArgumentException("a start needs its order");
    }
  }

  /** The signal reaches the container whatever becomes of the agent. */
  private void terminate(long placement, int incarnation) {
    boolean ignores = host.running(placement).map(Container::ignoresTerm).orElse(true);
    if (!ignores) {
      long soon = micros(10_000, 3_000_000);
      process
          .world()
          .after(
              soon,
              "term " + host.node(),
              () ->
                  host.running(placement)
                      .filter(container -> container.incarnation() == incarnation)
                      .ifPresent(_ -> host.end(placement, 143, false)));
    }
  }

  // --- health
  // --------------------------------------------------------------------------------------

  @Override
  public void watch(PlacementId id, int incarnation, HealthCheck check, Address address) {
    watched.put(id.value(), incarnation);
    process.later(micros(50_000, 3_000_000), "check", () -> check(id, incarnation));
  }

  private void check(PlacementId id, int incarnation) {
    Integer now = watched.get(id.value());
    if (now == null || now != incarnation) {
      return;
    }
    boolean serves =
        host.running(id.value())
            .filter(container -> container.incarnation() == incarnation)
            .isPresent();
    if (serves && !sick.contains(id.value())) {
      host.healthy(id.value(), true);
      hear(id, incarnation, new Report.CheckPassed());
    } else {
      hear(id, incarnation, new Report.CheckFailed("nobody listens"));
    }
    process.later(CHECK_MICROS, "check", () -> check(id, incarnation));
  }

  @Override
  public void forget(PlacementId id) {
    watched.remove(id.value());
  }

  private void hear(PlacementId id, int incarnation, Report report) {
    heard.accept(new Input.Heard(id, incarnation, report));
  }

  private long micros(long least, long most) {
    return host.chance().nextLong(least, most) * host.mood().slowness();
  }
}
