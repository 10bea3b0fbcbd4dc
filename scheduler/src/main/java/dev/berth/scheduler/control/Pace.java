package dev.berth.scheduler.control;

import dev.berth.scheduler.rollout.Allowance;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.PlacementId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counts what is moved: against the cluster's moves per second, and for each app with a budget per
 * hour.
 *
 * <p>Only holds back, and is forgotten with the term: a new leader counts anew, and knows an app's
 * earlier moves by the placements that are left of them. Of an app it remembers no more moves than
 * the budget allows in an hour. Confined to the control loop.
 */
final class Pace {
  private static final Duration HOUR = Duration.ofHours(1);

  /** So many seconds' worth may be saved up: moves begin at least once a second. */
  private static final int SAVED_SECONDS = 2;

  private final int perSecond;
  private final double most;
  private final Map<AppId, Deque<Instant>> made = new HashMap<>();
  private Instant now;
  private Instant lastForgotten;
  private double left;

  Pace(int perSecond, Instant now) {
    this(perSecond, Duration.ofSeconds(SAVED_SECONDS), now);
  }

  private Pace(int perSecond, Duration saved, Instant now) {
    this.perSecond = perSecond;
    this.most = (double) perSecond * saved.toSeconds();
    this.now = now;
    this.lastForgotten = now;
    this.left = perSecond;
  }

  /** For what is done in thought only, so long at a time. */
  static Pace inRounds(int perSecond, Duration round, Instant now) {
    return new Pace(perSecond, round, now);
  }

  void advance(Instant time) {
    double seconds = Math.max(0, Duration.between(now, time).toMillis() / 1000.0);
    left = Math.min(most, left + seconds * perSecond);
    now = time;
    if (!time.isBefore(lastForgotten.plus(HOUR))) {
      lastForgotten = time;
      made.values().removeIf(moves -> isOver(moves.getLast()));
    }
  }

  /** A placement was made for the app; {@code isMove} if the platform wished it. */
  void placed(ClusterState state, AppId id, boolean isMove) {
    left -= isMove ? 1 : 0;
    App app = state.apps().get(id);
    int most = app == null ? 0 : app.turnover().budget().movesPerHour();
    if (most > 0) {
      Deque<Instant> moves = made.computeIfAbsent(id, _ -> new ArrayDeque<>());
      moves.addLast(now);
      while (moves.size() > most) {
        moves.removeFirst();
      }
    }
  }

  /** So many moves began with a stop: what takes their place is no move any more. */
  void stopped(int moves) {
    left -= moves;
  }

  /** Moves that may begin now. */
  int left() {
    return (int) Math.clamp(Math.floor(left), 0, Integer.MAX_VALUE);
  }

  Allowance allowance(Function<PlacementId, @Nullable Consent> consents) {
    return new Allowance(left(), this::lately, consents);
  }

  /** So many placements the app was given within the last hour, as far as that matters. */
  int lately(AppId app) {
    Deque<Instant> moves = made.get(app);
    if (moves == null) {
      return 0;
    }
    while (!moves.isEmpty() && isOver(moves.getFirst())) {
      moves.removeFirst();
    }
    if (moves.isEmpty()) {
      made.remove(app);
    }
    return moves.size();
  }

  private boolean isOver(Instant move) {
    return !move.plus(HOUR).isAfter(now);
  }
}
