package dev.berth.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import dev.berth.agent.order.PlacementId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every phase × every report × every wish, as one table with one line for each phase and wish. */
class ReconcilerTableTest {
  static final Instant NOW = Instant.ofEpochSecond(1_000_000);
  static final Address ADDRESS = new Address("10.88.0.2", 5000);
  static final Rules RULES =
      new Rules(true, Duration.ofSeconds(5), Duration.ofSeconds(60), 3, false);

  static final Map<String, @Nullable Report> REPORTS = new LinkedHashMap<>();
  static final Map<String, Phase> PHASES = new LinkedHashMap<>();

  static {
    var ended = new Report.Ended(1, Oom.NONE, 0, "");
    REPORTS.put("look", null);
    REPORTS.put("started", new Report.Started(ADDRESS));
    REPORTS.put("startFailed", new Report.StartFailed(Cause.START_FAILED, "no image"));
    REPORTS.put("ended", ended);
    REPORTS.put("passed", new Report.CheckPassed());
    REPORTS.put("failed", new Report.CheckFailed("refused"));
    REPORTS.put("counted", new Report.Counted(Oom.NONE, 0));
    REPORTS.put("discarded", new Report.Discarded());
    REPORTS.put("released", new Report.Released());

    Instant later = NOW.plusSeconds(3);
    PHASES.put("Idle", new Phase.Idle());
    PHASES.put("Preparing", new Phase.Preparing(null));
    PHASES.put("PreparingEnded", new Phase.Preparing(ended));
    PHASES.put("Starting", new Phase.Starting(ADDRESS, later));
    PHASES.put("StartingLate", new Phase.Starting(ADDRESS, NOW));
    PHASES.put("Running", new Phase.Running(ADDRESS, NOW.minusSeconds(9), 0, ""));
    PHASES.put("RunningBadly", new Phase.Running(ADDRESS, NOW.minusSeconds(9), 2, "refused"));
    PHASES.put("Failing", new Phase.Failing(ADDRESS, "failed", later));
    PHASES.put("FailingLong", new Phase.Failing(ADDRESS, "failed", NOW));
    PHASES.put("Backoff", new Phase.Backoff(later));
    PHASES.put("BackoffDue", new Phase.Backoff(NOW));
    PHASES.put("Stopping", new Phase.Stopping(later, false));
    PHASES.put("StoppingLate", new Phase.Stopping(NOW, false));
    PHASES.put("Over", new Phase.Over());
    PHASES.put("Discarding", new Phase.Discarding());
    PHASES.put("Stopped", new Phase.Stopped());
    PHASES.put("Releasing", new Phase.Releasing());
  }

  /**
   * Columns: look, started, startFailed, ended, passed, failed, counted, discarded, released. A
   * cell is the next phase and, after a slash, the step; "." changes and asks nothing.
   */
  static final String TABLE =
      """
      Idle RUN           | Preparing/Start | = | = | = | = | = | = | = | =
      Idle STOP          | Stopped | = | = | = | = | = | = | = | =
      Idle DROP          | Releasing/Release | = | = | = | = | = | = | = | =
      Preparing RUN      | . | Starting | Preparing/Start | Preparing | . | . | . | . | .
      Preparing STOP     | . | Stopping/Terminate | Discarding/Discard | Preparing | . | . | . | . | .
      Preparing DROP     | . | Stopping/Terminate | Releasing/Release | Preparing | . | . | . | . | .
      PreparingEnded RUN | . | Preparing/Start | Preparing/Start | . | . | . | . | . | .
      PreparingEnded STOP | . | Discarding/Discard | Discarding/Discard | . | . | . | . | . | .
      PreparingEnded DROP | . | Releasing/Release | Releasing/Release | . | . | . | . | . | .
      Starting RUN       | . | . | . | Preparing/Start | Running | . | . | . | .
      Starting STOP      | Stopping/Terminate | = | = | Discarding/Discard | = | = | = | = | =
      Starting DROP      | Stopping/Terminate | = | = | Releasing/Release | = | = | = | = | =
      StartingLate RUN   | Failing/Kill | = | = | Preparing/Start | Running | = | = | = | =
      StartingLate STOP  | Stopping/Terminate | = | = | Discarding/Discard | = | = | = | = | =
      StartingLate DROP  | Stopping/Terminate | = | = | Releasing/Release | = | = | = | = | =
      Running RUN        | . | . | . | Preparing/Start | . | Running | . | . | .
      Running STOP       | Stopping/Terminate | = | = | Discarding/Discard | = | = | = | = | =
      Running DROP       | Stopping/Terminate | = | = | Releasing/Release | = | = | = | = | =
      RunningBadly RUN   | . | . | . | Preparing/Start | Running | Failing/Kill | . | . | .
      RunningBadly STOP  | Stopping/Terminate | = | = | Discarding/Discard | = | = | = | = | =
      RunningBadly DROP  | Stopping/Terminate | = | = | Releasing/Release | = | = | = | = | =
      Failing RUN        | . | . | . | Preparing/Start | . | . | . | . | .
      Failing STOP       | Stopping | = | = | Discarding/Discard | = | = | = | = | =
      Failing DROP       | Stopping | = | = | Releasing/Release | = | = | = | = | =
      FailingLong RUN    | Failing/Kill | = | = | Preparing/Start | = | = | = | = | =
      FailingLong STOP   | Stopping/Kill | = | = | Discarding/Discard | = | = | = | = | =
      FailingLong DROP   | Stopping/Kill | = | = | Releasing/Release | = | = | = | = | =
      Backoff RUN        | . | . | . | . | . | . | . | . | .
      Backoff STOP       | Discarding/Discard | = | = | = | = | = | = | = | =
      Backoff DROP       | Releasing/Release | = | = | = | = | = | = | = | =
      BackoffDue RUN     | Preparing/Start | = | = | = | = | = | = | = | =
      BackoffDue STOP    | Discarding/Discard | = | = | = | = | = | = | = | =
      BackoffDue DROP    | Releasing/Release | = | = | = | = | = | = | = | =
      Stopping RUN       | . | . | . | Discarding/Discard | . | . | . | . | .
      Stopping STOP      | . | . | . | Discarding/Discard | . | . | . | . | .
      Stopping DROP      | . | . | . | Releasing/Release | . | . | . | . | .
      StoppingLate RUN   | Stopping/Kill | = | = | Discarding/Discard | = | = | = | = | =
      StoppingLate STOP  | Stopping/Kill | = | = | Discarding/Discard | = | = | = | = | =
      StoppingLate DROP  | Stopping/Kill | = | = | Releasing/Release | = | = | = | = | =
      Over RUN           | Discarding/Discard | = | = | = | = | = | = | = | =
      Over STOP          | Discarding/Discard | = | = | = | = | = | = | = | =
      Over DROP          | Releasing/Release | = | = | = | = | = | = | = | =
      Discarding RUN     | . | . | . | . | . | . | . | Stopped | .
      Discarding STOP    | . | . | . | . | . | . | . | Stopped | .
      Discarding DROP    | . | . | . | . | . | . | . | Releasing/Release | .
      Stopped RUN        | . | . | . | . | . | . | . | . | .
      Stopped STOP       | . | . | . | . | . | . | . | . | .
      Stopped DROP       | Releasing/Release | = | = | = | = | = | = | = | =
      Releasing RUN      | . | . | . | . | . | . | . | . | gone
      Releasing STOP     | . | . | . | . | . | . | . | . | gone
      Releasing DROP     | . | . | . | . | . | . | . | . | gone
      """;

  record Case(String phase, Wish wish, String report, String wanted) {
    @Override
    public String toString() {
      return phase + " + " + report + " while " + wish + " → " + wanted;
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String line : TABLE.lines().toList()) {
      List<String> cells = Splitter.on('|').trimResults().splitToList(line);
      List<String> head = Splitter.on(' ').omitEmptyStrings().splitToList(cells.getFirst());
      int column = 0;
      for (String report : REPORTS.keySet()) {
        column++;
        String wanted = cells.get(column).equals("=") ? cells.get(1) : cells.get(column);
        cases.add(new Case(head.getFirst(), Wish.valueOf(head.get(1)), report, wanted));
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void eachReportInEachPhaseLeadsWhereTheTableSays(Case given) {
    var placement = inPhase(given.phase());

    Outcome outcome = apply(placement, REPORTS.get(given.report()), given.wish());

    assertThat(said(placement, outcome)).isEqualTo(given.wanted());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lookingAgainAtTheSameTimeAsksForNothingMore(Case given) {
    Outcome outcome = apply(inPhase(given.phase()), REPORTS.get(given.report()), given.wish());
    Placement after = outcome.placement();

    if (after != null) {
      Outcome again = Reconciler.look(after, given.wish(), RULES, NOW);
      assertThat(again.placement()).isEqualTo(after);
      assertThat(again.steps()).isEmpty();
      assertThat(again.notices()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anUnknownWishNeverAsksForAnything(Case given) {
    Outcome outcome = apply(inPhase(given.phase()), REPORTS.get(given.report()), Wish.UNKNOWN);

    assertThat(outcome.steps()).isEmpty();
  }

  @Test
  void theTableNamesEveryPhaseReportAndWish() {
    assertThat(cases()).hasSize(PHASES.size() * REPORTS.size() * 3).doesNotHaveDuplicates();
    assertThat(PHASES.values().stream().map(Object::getClass).distinct())
        .hasSize(Phase.class.getPermittedSubclasses().length);
    assertThat(REPORTS.size() - 1).isEqualTo(Report.class.getPermittedSubclasses().length);
  }

  @Test
  void whatRunsOnceIsNotStartedAgainThoughItEndedBeforeThatWasKnown() {
    var once = new Rules(true, Duration.ofSeconds(5), Duration.ofSeconds(60), 3, true);

    Outcome outcome = Reconciler.look(inPhase("BackoffDue"), Wish.RUN, once, NOW);

    assertThat(said(inPhase("BackoffDue"), outcome)).isEqualTo("Discarding/Discard");
  }

  static Placement inPhase(String name) {
    return new Placement(
        new PlacementId(7),
        2,
        Objects.requireNonNull(PHASES.get(name)),
        0,
        null,
        NOW.minusSeconds(9),
        NOW.minusSeconds(9),
        Placement.Counters.ZERO);
  }

  private static Outcome apply(Placement placement, @Nullable Report report, Wish wish) {
    return report == null
        ? Reconciler.look(placement, wish, RULES, NOW)
        : Reconciler.hear(placement, report, wish, RULES, NOW);
  }

  private static String said(Placement before, Outcome outcome) {
    Placement after = outcome.placement();
    if (after == null) {
      return "gone";
    }
    if (after.phase().equals(before.phase()) && outcome.steps().isEmpty()) {
      return ".";
    }
    String phase = after.phase().getClass().getSimpleName();
    return outcome.steps().isEmpty()
        ? phase
        : phase + "/" + outcome.steps().getFirst().getClass().getSimpleName();
  }
}
