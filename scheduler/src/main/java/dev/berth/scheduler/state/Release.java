package dev.berth.scheduler.state;

import java.time.Instant;
import org.pcollections.TreePMap;

/** What an app runs: slug + config + process types + base line. Never changed. */
public record Release(
    ReleaseId id,
    Slug slug,
    String baseLine,
    TreePMap<String, ProcessType> processTypes,
    TreePMap<String, String> config,
    Origin origin) {

  /** The app's own files. */
  public record Slug(Digest digest, long bytes) {}

  /** When, by whom and why the release was made. */
  public record Origin(Instant at, String actor, String description) {}
}
