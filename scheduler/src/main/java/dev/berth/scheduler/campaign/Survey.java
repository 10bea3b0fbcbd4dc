package dev.berth.scheduler.campaign;

import dev.berth.scheduler.campaign.Review.Place;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Campaign.Ring;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.pcollections.TreePSet;

/**
 * All apps of a campaign's line, in the order in which it moves them: named ones first, the others
 * in an order that follows from their names alone and favours no tenant.
 */
public record Survey(List<Review> reviews) {
  private static final Comparator<Drawn> BY_LOT =
      Comparator.comparingInt(Drawn::lot).thenComparing(drawn -> drawn.app().id());

  /** With its lot, which takes a while to find. */
  private record Drawn(App app, int lot) {}

  public static Survey of(Campaign campaign, Fleet fleet) {
    TreePSet<AppId> named = campaign.rings().get(0).apps();
    var first = new ArrayList<App>();
    var others = new ArrayList<Drawn>();
    for (App app : fleet.state().apps().values()) {
      boolean concerned =
          app.isDeployed() && !app.isLeaving() && app.baseLine().equals(campaign.course().line());
      if (concerned) {
        if (!named.isEmpty() && named.contains(app.id())) {
          first.add(app);
        } else {
          others.add(new Drawn(app, lot(app.id())));
        }
      }
    }
    others.sort(BY_LOT);
    others.forEach(drawn -> first.add(drawn.app()));
    var examiner = new Examiner(campaign, fleet);
    return new Survey(first.stream().map(examiner::review).toList());
  }

  /** How many of the apps belong to the ring and the rings before it; at least one if any. */
  public int reach(Campaign campaign) {
    Ring ring = campaign.currentRing();
    int named = campaign.rings().get(0).apps().size();
    int reach = ring.isByName() ? named : Math.max(named, share(ring.percent()));
    return Math.min(reviews.size(), Math.max(1, reach));
  }

  private int share(int percent) {
    return (int) ((reviews.size() * (long) percent + 99) / 100);
  }

  public Map<Place, Integer> counts() {
    var counts = new EnumMap<Place, Integer>(Place.class);
    reviews.forEach(review -> counts.merge(review.place(), 1, Integer::sum));
    return counts;
  }

  /** FNV-1a over the name, so that the order is the same on every scheduler and version. */
  private static int lot(AppId id) {
    String name = id.toString();
    int hash = 0x811c9dc5;
    for (int at = 0; at < name.length(); at++) {
      hash = (hash ^ name.charAt(at)) * 0x01000193;
    }
    hash ^= hash >>> 15; // the last letters reach the upper bits
    return hash & Integer.MAX_VALUE;
  }
}
