package dev.berth.scheduler.garbage;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Trial;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What may be forgotten: the images of base versions older than the newest {@value #BASES} of a
 * line. Releases are forgotten when newer ones are made.
 *
 * <p>Never what an app wants or an instance is made of, and never what a campaign leads to, came
 * from, or may still be rolled back to.
 */
public record Garbage(List<Version> bases) {
  /** Of a line; each can be rolled to. */
  public static final int BASES = 3;

  public static final Garbage NONE = new Garbage(List.of());

  /** One version of a base line. */
  public record Version(String line, int number) {}

  public Garbage {
    bases = List.copyOf(bases);
  }

  public static Garbage of(ClusterState state) {
    Set<Version> needed = new HashSet<>();
    for (Placement placement : state.placements().byId().values()) {
      Placement.Wanted wanted = placement.wanted();
      needed.add(new Version(wanted.baseLine(), wanted.baseVersion()));
    }
    for (App app : state.apps().values()) {
      needed.add(new Version(app.baseLine(), app.release().baseVersion()));
      needed.add(new Version(app.baseLine(), app.baseCourse().before()));
      Deploy deploy = app.turnover().underWay();
      if (deploy != null) {
        needed.add(new Version(app.baseLine(), deploy.fromBase())); // it may be taken back
      }
    }
    for (Trial trial : state.upkeep().trials().values()) {
      if (!trial.isOver()) {
        needed.add(new Version(trial.course().line(), trial.course().to()));
      }
    }
    Set<String> newest = new HashSet<>();
    for (Campaign campaign : state.campaigns().descendingMap().values()) {
      Campaign.Course course = campaign.course();
      if (newest.add(course.line()) || !campaign.isOver()) {
        needed.add(new Version(course.line(), course.from()));
        needed.add(new Version(course.line(), course.to()));
      }
    }
    return new Garbage(bases(state, needed));
  }

  private static List<Version> bases(ClusterState state, Set<Version> needed) {
    List<Version> garbage = new ArrayList<>();
    for (BaseLine line : state.bases().values()) {
      int newestInUse = line.newestInUse().number();
      int older = Math.max(0, line.versions().size() - BASES);
      for (BaseVersion version : line.versions().subList(0, older)) {
        Version id = new Version(line.name(), version.number());
        if (version.number() != newestInUse && !version.isForgotten() && !needed.contains(id)) {
          garbage.add(id);
        }
      }
    }
    return garbage;
  }

  public boolean isEmpty() {
    return bases.isEmpty();
  }

  /** The images that are still named once the garbage is forgotten. */
  public Set<Digest> named(ClusterState state) {
    Set<Version> gone = new HashSet<>(bases);
    Set<Digest> named = new HashSet<>();
    for (Release release : state.releases().values()) {
      named.add(release.slug().digest());
    }
    for (BaseLine line : state.bases().values()) {
      for (BaseVersion version : line.versions()) {
        if (!version.isForgotten() && !gone.contains(new Version(line.name(), version.number()))) {
          named.add(version.digest());
        }
      }
    }
    return named;
  }
}
