package dev.berth.scheduler.signals;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Signals;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The last minutes of traffic of each process type, release and base version.
 *
 * <p>At most 100,000 groups; what comes beyond is passed over and counted. Not thread-safe.
 */
public final class Windows {
  static final int MAX_GROUPS = 100_000;

  /** A router that has not told for so long has a gap: it tells with each beat, every 3 s. */
  private static final Duration SILENT = Duration.ofSeconds(10);

  private final Instant since;
  private final Map<Group, Window> groups = new HashMap<>();
  private final Map<String, Teller> routers = new HashMap<>();
  private long passedOver;

  private record Group(ProcessTypeId type, int release, int baseVersion) {}

  private record Teller(Instant since, Instant last) {}

  public Windows(Instant since) {
    this.since = since;
  }

  /** A router told, whatever it was. */
  public void told(String router, Instant now) {
    Teller before = routers.get(router);
    Instant began = before != null && now.isBefore(before.last.plus(SILENT)) ? before.since : now;
    routers.put(router, new Teller(began, now));
  }

  public void add(Placement placement, Counted counted, Instant now) {
    Placement.Wanted wanted = placement.wanted();
    var group = new Group(placement.instance().type(), wanted.release(), wanted.baseVersion());
    Window window = groups.get(group);
    if (window == null) {
      if (groups.size() >= MAX_GROUPS) {
        passedOver++;
        return;
      }
      window = new Window();
      groups.put(group, window);
    }
    window.add(slot(now), counted);
  }

  /** How often something was not counted because there are too many groups. */
  public long passedOver() {
    return passedOver;
  }

  public int size() {
    return groups.size();
  }

  /** Sums up, and forgets what is over. */
  public Signals view(Instant now) {
    long slotNow = slot(now);
    long oldest = slotNow - Signals.KEPT.toSeconds() / Window.SLOT_SECONDS;
    Map<AppId, List<Signals.Row>> apps = new HashMap<>();
    for (Iterator<Map.Entry<Group, Window>> all = groups.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Group, Window> each = all.next();
      Window window = each.getValue();
      if (window.newest() < oldest) {
        all.remove();
      } else {
        Group group = each.getKey();
        apps.computeIfAbsent(group.type.app(), _ -> new ArrayList<>())
            .add(
                new Signals.Row(
                    group.type.name(),
                    group.release,
                    group.baseVersion,
                    window.recent(slotNow),
                    window.whole()));
      }
    }
    routers.values().removeIf(teller -> !now.isBefore(teller.last.plus(SILENT)));
    Map<String, Instant> telling = new HashMap<>();
    routers.forEach((name, teller) -> telling.put(name, teller.since));
    return new Signals(now, since, telling, apps);
  }

  private static long slot(Instant now) {
    return now.getEpochSecond() / Window.SLOT_SECONDS;
  }
}
