package dev.berth.agent.reconcile;

import dev.berth.agent.order.ContainerSpec;
import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.HealthCheck.Timing;
import java.time.Duration;
import java.time.Instant;

/**
 * The patience that an order asks for.
 *
 * @param checked whether it counts as healthy only after a check has passed
 * @param grace from SIGTERM to SIGKILL
 * @param startDeadline from the start to the first passed check
 * @param failures failed checks in a row until it is started again
 * @param once whether it is started once only, however it ends
 */
public record Rules(
    boolean checked, Duration grace, Duration startDeadline, int failures, boolean once) {
  /** For what runs here though its order is not known. */
  public static final Rules DEFAULT =
      new Rules(
          false,
          Duration.ofSeconds(30),
          Timing.DEFAULT.startDeadline(),
          Timing.DEFAULT.failures(),
          false);

  public static Rules of(ContainerSpec spec) {
    return switch (spec.health()) {
      case HealthCheck.ProcessRuns _ ->
          new Rules(false, spec.grace(), DEFAULT.startDeadline(), DEFAULT.failures(), spec.once());
      case HealthCheck.Tcp(Timing timing) -> of(spec, timing);
      case HealthCheck.Http(_, Timing timing) -> of(spec, timing);
    };
  }

  /** The phase of what has just come to run, or was found running. */
  public Phase runningAt(Address address, Instant now) {
    return checked
        ? new Phase.Starting(address, now.plus(startDeadline))
        : new Phase.Running(address, now, 0, "");
  }

  private static Rules of(ContainerSpec spec, Timing timing) {
    return new Rules(true, spec.grace(), timing.startDeadline(), timing.failures(), spec.once());
  }
}
