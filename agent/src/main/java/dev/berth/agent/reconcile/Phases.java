package dev.berth.agent.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Says what a report means for one placement; reports change a phase nowhere else.
 *
 * <p>A report that is late, early or repeated does no harm: an incarnation starts once and ends
 * once. Notices of what happened are added to the given list.
 */
record Phases(Placement placement, Rules rules, Instant now, List<Notice> notices) {

  Placement after(Report report) {
    return switch (report) {
      case Report.Started(Address address) -> started(address);
      case Report.StartFailed(Cause cause, String message) -> startFailed(cause, message);
      case Report.Ended ended -> ended(ended);
      case Report.CheckPassed _ -> checkPassed();
      case Report.CheckFailed(String message) -> checkFailed(message);
      case Report.Counted(Oom oom, long pidsLimitHits) -> counted(oom, pidsLimitHits);
      case Report.Discarded _ -> discarded();
      case Report.Released _ -> placement; // only a releasing one goes; see Reconciler
    };
  }

  private Placement started(Address address) {
    if (!(placement.phase() instanceof Phase.Preparing(Report.Ended early))) {
      return placement;
    }
    say(Notice.Kind.STARTED, "started (incarnation " + placement.incarnation() + ")");
    Placement started = placement.started(address, rules, now);
    return early == null ? started : new Phases(started, rules, now, notices).after(early);
  }

  private Placement startFailed(Cause cause, String message) {
    if (!(placement.phase() instanceof Phase.Preparing)) {
      return placement;
    }
    int crashes = placement.crashes() + 1;
    say(Notice.Kind.START_FAILED, "could not be started: " + message + "; " + nextStart(crashes));
    return crashed(new Exit(cause, 0, now, message), crashes);
  }

  private Placement ended(Report.Ended ended) {
    return switch (placement.phase()) {
      case Phase.Preparing(Report.Ended early) ->
          early == null ? placement.inSamePhase(new Phase.Preparing(ended)) : placement;
      case Phase.Starting _ -> crashed(ended, placement.crashes() + 1);
      case Phase.Running(_, Instant healthySince, _, _) ->
          crashed(ended, isForgiven(healthySince) ? 1 : placement.crashes() + 1);
      case Phase.Failing(_, String why, _) ->
          ended.oom().main()
              ? crashed(ended, placement.crashes() + 1)
              : killedUnhealthy(ended, why);
      case Phase.Stopping(_, boolean killed) -> stopped(ended, killed);
      case Phase.Idle _,
          Phase.Backoff _,
          Phase.Over _,
          Phase.Discarding _,
          Phase.Stopped _,
          Phase.Releasing _ ->
          placement;
    };
  }

  private Placement crashed(Report.Ended ended, int crashes) {
    Placement counted = counted(ended.oom(), ended.pidsLimitHits());
    boolean outOfMemory = ended.oom().main();
    String how = end(ended);
    String lived = " after " + Words.duration(Duration.between(placement.startedAt(), now));
    say(Notice.Kind.EXITED, how + lived + "; " + nextStart(crashes));
    Cause cause = outOfMemory ? Cause.OUT_OF_MEMORY : Cause.PROCESS_EXITED;
    return new Phases(counted, rules, now, notices)
        .crashed(new Exit(cause, ended.code(), now, how + lastWords(ended)), crashes);
  }

  private Placement crashed(Exit exit, int crashes) {
    return rules.once() ? placement.over(exit) : placement.crashed(exit, crashes);
  }

  /** Of what runs once nobody can read the log when it is gone. */
  private String lastWords(Report.Ended ended) {
    return rules.once() && ended.code() != 0 && !ended.lastWords().isEmpty()
        ? "; its last words: " + ended.lastWords()
        : "";
  }

  private static String end(Report.Ended ended) {
    if (ended.oom().main()) {
      return "ran out of memory: " + ended.oom().words() + " (code " + ended.code() + ")";
    }
    String how = Words.end(ended.code());
    return ended.oom().kills() == 0 ? how : how + "; before, " + ended.oom().words();
  }

  private Placement killedUnhealthy(Report.Ended ended, String why) {
    int crashes = placement.crashes() + 1;
    say(Notice.Kind.EXITED, "was killed as unhealthy; " + nextStart(crashes));
    return crashed(new Exit(Cause.UNHEALTHY, ended.code(), now, why + lastWords(ended)), crashes);
  }

  private Placement stopped(Report.Ended ended, boolean killed) {
    String how = end(ended) + (killed ? ", its grace period being over" : "");
    say(Notice.Kind.STOPPED, "stopped as ordered: " + how);
    return placement.over(new Exit(Cause.STOPPED, ended.code(), now, how));
  }

  private Placement checkPassed() {
    return switch (placement.phase()) {
      case Phase.Starting(Address address, _) -> {
        Duration took = Duration.between(placement.startedAt(), now);
        say(Notice.Kind.HEALTHY, "healthy " + Words.duration(took) + " after its start");
        yield placement.in(new Phase.Running(address, now, 0, ""), now);
      }
      case Phase.Running(Address address, Instant healthySince, int failures, _) ->
          failures == 0
              ? placement
              : placement.inSamePhase(new Phase.Running(address, healthySince, 0, ""));
      case Phase.Idle _,
          Phase.Preparing _,
          Phase.Failing _,
          Phase.Backoff _,
          Phase.Stopping _,
          Phase.Over _,
          Phase.Discarding _,
          Phase.Stopped _,
          Phase.Releasing _ ->
          placement;
    };
  }

  private Placement checkFailed(String message) {
    return placement.phase()
            instanceof Phase.Running(Address address, Instant healthySince, int failures, _)
        ? placement.inSamePhase(new Phase.Running(address, healthySince, failures + 1, message))
        : placement;
  }

  /** Each doubling of a counter is told, so that none is missed and none floods the history. */
  private Placement counted(Oom oom, long pidsLimitHits) {
    long oomKills = oom.kills();
    Placement.Counters told = placement.counters();
    boolean tellOom = oomKills > 0 && oomKills >= 2 * told.oomKills() && oomKills > told.oomKills();
    boolean tellPids = pidsLimitHits > 0 && told.pidsLimitHits() == 0;
    if (tellOom) {
      say(
          Notice.Kind.OOM_KILLED,
          "out of memory "
              + times(oomKills)
              + " so far: "
              + oom.words()
              + "; a larger size may help");
    }
    if (tellPids) {
      say(
          Notice.Kind.PIDS_LIMIT,
          "reached the limit of processes and threads of its size; starting another failed, "
              + times(pidsLimitHits)
              + " so far");
    }
    return tellOom || tellPids
        ? placement.counted(
            new Placement.Counters(
                tellOom ? oomKills : told.oomKills(),
                tellPids ? pidsLimitHits : told.pidsLimitHits()))
        : placement;
  }

  private Placement discarded() {
    return placement.phase() instanceof Phase.Discarding
        ? placement.in(new Phase.Stopped(), now)
        : placement;
  }

  private boolean isForgiven(Instant healthySince) {
    return !now.isBefore(healthySince.plus(RestartDelay.FORGIVEN_AFTER));
  }

  private void say(Notice.Kind kind, String message) {
    notices.add(new Notice(kind, placement.incarnation(), message));
  }

  private String nextStart(int crashes) {
    return rules.once() ? "it runs once only" : Words.nextStart(RestartDelay.after(crashes));
  }

  private static String times(long count) {
    return count == 1 ? "once" : count + " times";
  }
}
