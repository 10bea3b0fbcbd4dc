package dev.berth.scheduler.state;

import java.util.ArrayList;
import java.util.List;

/** What forgetting an app changes, once nothing of it runs. */
public final class Departure {
  private Departure() {}

  public static List<Change> of(ClusterState state, App app) {
    var changes = new ArrayList<Change>();
    for (Release release : state.releasesOf(app.id())) {
      changes.add(new Change.RemoveRelease(release.id()));
    }
    changes.add(new Change.RemoveApp(app.id()));
    return changes;
  }
}
