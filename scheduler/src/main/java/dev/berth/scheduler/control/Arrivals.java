package dev.berth.scheduler.control;

import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Process types of which there was good news, until they are looked at.
 *
 * <p>A look goes through all instances of a process type, and while a large cluster fills or its
 * leader changes, each is reported. So a process type of more than {@value #SMALL} placements is
 * looked at once for all that comes up within as many milliseconds as it has placements, a second
 * at most. After a quiet time the first news is not waited for, and bad news never is. Confined to
 * the control loop.
 */
final class Arrivals {
  static final int SMALL = 100;
  private static final int LONGEST_MILLIS = 1000;

  private final TreeSet<ProcessTypeId> waiting = new TreeSet<>();
  private final Map<ProcessTypeId, Instant> notBefore = new HashMap<>(); // large ones only

  void add(ProcessTypeId type) {
    waiting.add(type);
  }

  /** It was looked at, whatever for. */
  void looked(ProcessTypeId type, int placements, Instant now) {
    waiting.remove(type);
    if (placements > SMALL) {
      notBefore.put(type, now.plusMillis(Math.min(placements, LONGEST_MILLIS)));
    } else {
      notBefore.remove(type);
    }
  }

  /** Hands over those that are to be looked at now. */
  List<ProcessTypeId> take(Instant now) {
    var due = new ArrayList<ProcessTypeId>();
    for (ProcessTypeId type : waiting) {
      if (!now.isBefore(notBefore.getOrDefault(type, Instant.EPOCH))) {
        due.add(type);
      }
    }
    due.forEach(waiting::remove);
    return due;
  }

  /** When the next of them is due; far away while none waits. */
  Instant next() {
    Instant next = Instant.MAX;
    for (ProcessTypeId type : waiting) {
      Instant due = notBefore.getOrDefault(type, Instant.EPOCH);
      next = due.isBefore(next) ? due : next;
    }
    return next;
  }
}
