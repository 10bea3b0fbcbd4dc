package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import java.time.Duration;
import java.util.List;

/** Who may hold the replacing of lost instances, and let it go on. */
final class FreezeRules {
  private static final Duration USUAL = Duration.ofHours(1);
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(1);

  private FreezeRules() {}

  static Verdict freeze(Request request) {
    return ordered(
        request,
        new FreezeOrder.Frozen(given(request)),
        "cluster.held",
        "no node is given up and no campaign moves an app until: berth admin thaw");
  }

  static Verdict thaw(Request request, Command.ThawCluster thaw) {
    Duration time = thaw.time().isZero() ? USUAL : thaw.time();
    if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
      return Refusals.denied(
          RefusalCode.INVALID_REQUEST,
          "seconds",
          "a thaw lasts from %d to %d s, not %d"
              .formatted(SHORTEST.toSeconds(), LONGEST.toSeconds(), time.toSeconds()),
          "give a time such as 30m");
    }
    return ordered(
        request,
        new FreezeOrder.Thawed(given(request), time),
        "cluster.thawed",
        "if too many nodes are silent, that does not count for %d min".formatted(time.toMinutes()));
  }

  private static FreezeOrder.Given given(Request request) {
    return new FreezeOrder.Given(
        request.caller().toString(), Names.printable(request.mutation().reason()), request.now());
  }

  private static Verdict ordered(Request request, FreezeOrder order, String kind, String words) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("freezing and thawing the cluster");
    }
    return new Admitted(
        List.of(new Change.PutFreeze(order)),
        List.of(request.event(kind, Subject.cluster(), words)),
        new Result.Done());
  }
}
