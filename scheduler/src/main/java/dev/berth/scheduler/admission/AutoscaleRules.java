package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Webhook;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Autoscaling: turned on and off by who may scale; while it is on, it alone owns the count.
 *
 * <p>What it decides enters here as well, and is held to the quota like anybody's wish.
 */
final class AutoscaleRules {
  static final int MAX_COUNT = 1_000;
  static final long MAX_P95_MILLIS = 60_000;
  static final long MAX_REQUESTS = 1_000_000;
  static final long MAX_CPU_PERCENT = 100;
  static final long MAX_JOBS = 1_000_000;

  private AutoscaleRules() {}

  static Verdict set(Request request, App app, Command.SetAutoscale set) {
    String field = "autoscale." + Names.printable(set.processType());
    Formation formation = app.formation().get(set.processType());
    if (formation == null) {
      return Refusals.denied(
          RefusalCode.PROCESS_TYPE_NOT_FOUND,
          field,
          "app %s has no process type %s".formatted(app.id(), Names.printable(set.processType())),
          "choose one of: " + String.join(", ", app.formation().keySet()));
    }
    Command.AutoscaleAsked asked = set.asked();
    Optional<Denied> refusal = asked == null ? Optional.empty() : refusal(field, asked);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Autoscale before = formation.autoscale();
    Webhook known = before == null ? null : before.queue();
    Command.WebhookAsked queue = asked == null ? null : asked.queue();
    Optional<Denied> unsafe =
        queue == null ? Optional.empty() : WebhookRules.refusal(field + ".queue", queue, known);
    if (unsafe.isPresent()) {
      return unsafe.get();
    }
    Autoscale policy =
        asked == null
            ? null
            : new Autoscale(
                (int) asked.min(),
                (int) asked.max(),
                asked.measure(),
                asked.target(),
                queue == null ? null : WebhookRules.accepted(queue, known));
    int count = policy == null ? formation.count() : policy.clamped(formation.count());
    String message =
        policy == null
            ? "%s is not autoscaled any more and stays at %d".formatted(set.processType(), count)
            : "%s is autoscaled from now on: %s".formatted(set.processType(), policy.words());
    Formation after = formation.withCount(count).with(policy);
    return changed(request, app, set.processType(), after, "app.autoscale", message);
  }

  private static Optional<Denied> refusal(String field, Command.AutoscaleAsked asked) {
    long most =
        switch (asked.measure()) {
          case P95_MILLIS -> MAX_P95_MILLIS;
          case REQUESTS -> MAX_REQUESTS;
          case CPU_PERCENT -> MAX_CPU_PERCENT;
          case QUEUE -> MAX_JOBS;
        };
    boolean isByQueue = asked.measure() == Autoscale.Measure.QUEUE;
    boolean isInOrder =
        isByQueue == (asked.queue() != null)
            && asked.min() >= 1
            && asked.max() >= asked.min()
            && asked.max() <= MAX_COUNT
            && asked.target() >= 1
            && asked.target() <= most;
    return isInOrder
        ? Optional.empty()
        : Optional.of(
            Refusals.denied(
                RefusalCode.INVALID_COUNT,
                field,
                "from %d to %d instances at %d is not possible: 1 to %d instances, p95 up to %d ms, up to %d requests/s each, cpu up to %d%%, up to %d jobs each at a URL"
                    .formatted(
                        asked.min(),
                        asked.max(),
                        asked.target(),
                        MAX_COUNT,
                        MAX_P95_MILLIS,
                        MAX_REQUESTS,
                        MAX_CPU_PERCENT,
                        MAX_JOBS),
                "for example: `berth autoscale web --min 2 --max 10 --target p95=200ms`"));
  }

  /** A decision of the autoscaler. */
  static Verdict rescale(Request request, App app, Command.Rescale rescale) {
    Formation formation = app.formation().get(rescale.processType());
    if (formation == null || formation.autoscale() == null) {
      return Refusals.denied(
          RefusalCode.INVALID_REQUEST,
          "",
          "it is not autoscaled any more",
          "nothing is to be done");
    }
    String message =
        "%s %d to %d: %s"
            .formatted(rescale.processType(), formation.count(), rescale.count(), rescale.words());
    return changed(
        request,
        app,
        rescale.processType(),
        formation.withCount(rescale.count()),
        "app.autoscaled",
        message);
  }

  private static Verdict changed(
      Request request, App app, String type, Formation after, String kind, String message) {
    App changed = app.withFormation(type, after).atVersion(app.version() + 1);
    Optional<Denied> refusal =
        QuotaRules.check(request, app, changed, "autoscale." + Names.printable(type));
    return refusal.isPresent()
        ? refusal.get()
        : new Admitted(
            List.of(new Change.PutApp(changed)),
            List.of(request.event(kind, Subject.of(app.id()), message)),
            new Result.AppResult(changed));
  }

  /** Whoever scales by hand must take the count back first. */
  static Optional<Denied> refusal(String field, @Nullable Formation before, long count) {
    Autoscale owner = before == null ? null : before.autoscale();
    if (owner == null || before == null || before.count() == count) {
      return Optional.empty();
    }
    return Optional.of(
        Refusals.denied(
            RefusalCode.INVALID_COUNT,
            field + ".count",
            "its count, %d, is autoscaled: %s".formatted(before.count(), owner.words()),
            "change the bounds with `berth autoscale`, or take the count back with `berth autoscale"
                + " TYPE --off`"));
  }
}
