package dev.berth.scheduler.campaign;

import dev.berth.scheduler.campaign.Review.Place;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseCourse;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Campaign.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A campaign's next moves.
 *
 * <p>Opens no more replacements at a time than the ready nodes bear. An app that breaks is moved
 * back at once; one that breaks in the first ring takes the whole campaign back, later more than
 * one in a hundred halt it. A ring is left once all of it has settled and been quiet for the soak
 * time; apps that nobody can wait for hold up nobody.
 */
public final class Conduct {
  /** Replacements open at a time, per ready node. */
  static final int PER_NODE = 10;

  static final int PER_NODE_OVERRIDE = 20;
  private static final int BROKEN_PERCENT = 1;

  /** Nodes that lack the image by then fetch it when their first instance comes. */
  static final Duration PREFETCH_AT_MOST = Duration.ofMinutes(10);

  static final Duration PREFETCH_OVERRIDE = Duration.ofMinutes(2);

  private final Campaign campaign;
  private final Fleet fleet;
  private final Survey survey;
  private final List<Move> moves = new ArrayList<>();
  private int open;
  private int brake = -1;

  private Conduct(Campaign campaign, Fleet fleet) {
    this.campaign = campaign;
    this.fleet = fleet;
    this.survey = Survey.of(campaign, fleet);
  }

  public static List<Move> next(Campaign campaign, Fleet fleet) {
    var conduct = new Conduct(campaign, fleet);
    switch (campaign.standing().phase()) {
      case PREFETCHING -> conduct.prefetch();
      case ROLLING -> conduct.roll();
      case ROLLING_BACK -> conduct.rollBack();
      case HALTED -> conduct.returnBroken();
      case DONE, ROLLED_BACK -> {}
    }
    return List.copyOf(conduct.moves);
  }

  /** Waits for the nodes, but for none for ever. */
  private void prefetch() {
    Prefetch prefetch = Prefetch.of(campaign, fleet.state(), fleet.actual());
    Duration longest = campaign.course().isOverride() ? PREFETCH_OVERRIDE : PREFETCH_AT_MOST;
    boolean isLate = !now().isBefore(campaign.standing().since().plus(longest));
    if (prefetch.lacking().isEmpty() || isLate) {
      turn(campaign.in(Phase.ROLLING, now(), ""), "begins to roll: " + prefetch.words());
    }
  }

  private void roll() {
    List<Review> broken = returnBroken();
    String fault = fault(broken);
    if (!fault.isEmpty()) {
      boolean isCanary = campaign.standing().ring() == 0;
      Phase next = isCanary ? Phase.ROLLING_BACK : Phase.HALTED;
      turn(campaign.in(next, now(), fault), (isCanary ? "rolled back: " : "halted: ") + fault);
      return;
    }
    for (Review review : survey.reviews()) {
      open += review.place() == Place.MOVING ? review.weight() : 0;
    }
    boolean isQuiet = true;
    for (Review review : survey.reviews().subList(0, reach())) {
      if (review.place() == Place.WAITING) {
        isQuiet = false;
        open(review);
      } else if (review.place() == Place.MOVING || review.place() == Place.BROKEN) {
        isQuiet = false;
      }
    }
    advance(isQuiet);
  }

  private int reach() {
    return survey.reviews().isEmpty() ? 0 : survey.reach(campaign);
  }

  private void open(Review review) {
    int weight = review.weight();
    if (open == 0 || open + weight <= brake()) {
      open += weight;
      moves.add(
          new Move.Forward(review.app().movedBy(campaign.id(), campaign.course().to(), now())));
    }
  }

  /** Asked for each app, and the nodes are counted once. */
  private int brake() {
    if (brake < 0) {
      int perNode = campaign.course().isOverride() ? PER_NODE_OVERRIDE : PER_NODE;
      brake = fleet.readyNodes() * perNode;
    }
    return brake;
  }

  private void advance(boolean isQuiet) {
    Instant quietSince = campaign.standing().quietSince();
    if (!isQuiet || quietSince == null) {
      if (isQuiet != (quietSince != null)) {
        turn(campaign.quietSince(isQuiet ? now() : null), "");
      }
    } else if (!now().isBefore(quietSince.plus(campaign.course().soak()))) {
      if (campaign.isInLastRing()) {
        turn(campaign.in(Phase.DONE, now(), ""), "done: " + summary());
      } else {
        Campaign next = campaign.inNextRing(now());
        turn(next, "goes on to ring %s".formatted(next.currentRing().words()));
      }
    }
  }

  /** Empty while all is well. */
  private String fault(List<Review> broken) {
    if (!broken.isEmpty() && campaign.standing().ring() == 0) {
      return "%s broke in the first ring: %s"
          .formatted(broken.get(0).app().id(), broken.get(0).reason());
    }
    int lost = broken.size() + survey.counts().getOrDefault(Place.RETURNED, 0);
    int bearable = Math.max(1, survey.reviews().size() * BROKEN_PERCENT / 100);
    if (!broken.isEmpty() && lost > bearable) {
      return "%d apps broke, the last of them %s: %s"
          .formatted(lost, broken.get(0).app().id(), broken.get(0).reason());
    }
    Stability stability = Stability.of(campaign, survey, fleet);
    return stability.isWorse() ? stability.words() : "";
  }

  private List<Review> returnBroken() {
    List<Review> broken =
        survey.reviews().stream().filter(review -> review.place() == Place.BROKEN).toList();
    broken.forEach(review -> back(review.app(), review.reason()));
    return broken;
  }

  private void rollBack() {
    for (Review review : survey.reviews()) {
      boolean isOnItsWay = review.place() == Place.MOVING && !isThere(review.app());
      open += isOnItsWay ? review.weight() : 0;
    }
    boolean isBack = open == 0;
    for (Review review : survey.reviews()) {
      App app = review.app();
      if (isThere(app) && former(app) > 0) {
        isBack = false;
        if (open == 0 || open + review.weight() <= brake()) {
          open += review.weight();
          back(app, "the campaign is rolled back");
        }
      }
    }
    if (isBack) {
      moves.add(new Move.Withdraw(campaign.course().line(), campaign.course().to()));
      turn(
          campaign.in(Phase.ROLLED_BACK, now(), campaign.standing().words()),
          "all apps are back: " + summary());
    }
  }

  private void back(App app, String reason) {
    int former = former(app);
    if (former > 0) {
      moves.add(new Move.Back(app.returnedBy(campaign.id(), former, now()), reason));
    }
  }

  /** The version that the app came from; 0 if there is none to go back to. */
  private int former(App app) {
    BaseCourse course = app.baseCourse();
    return course.wasMovedBy(campaign.id()) && course.before() > 0
        ? course.before()
        : campaign.course().from();
  }

  private boolean isThere(App app) {
    return app.release().baseVersion() == campaign.course().to();
  }

  private String summary() {
    var parts = new ArrayList<String>();
    survey
        .counts()
        .forEach((place, count) ->
            parts.add("%d %s".formatted(count, place.name().toLowerCase(Locale.ROOT))));
    return parts.isEmpty() ? "no apps" : String.join(", ", parts);
  }

  private void turn(Campaign next, String words) {
    moves.add(new Move.Turn(next, words));
  }

  private Instant now() {
    return fleet.now();
  }
}
