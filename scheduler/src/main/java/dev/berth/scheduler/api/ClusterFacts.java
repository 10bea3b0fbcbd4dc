package dev.berth.scheduler.api;

import dev.berth.scheduler.state.ClusterSettings;

/** What every caller may know of this cluster and never changes while it runs. */
public record ClusterFacts(String id, ClusterSettings settings, String version) {
  public String domain() {
    return settings.domain();
  }
}
