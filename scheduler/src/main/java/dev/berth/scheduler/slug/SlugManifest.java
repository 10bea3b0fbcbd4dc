package dev.berth.scheduler.slug;

import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.Release;
import java.util.List;

/** What a release needs to know of a slug. */
public record SlugManifest(Release.Slug slug, int entries, List<ProcessType> processTypes) {
  public SlugManifest {
    processTypes = List.copyOf(processTypes);
  }
}
