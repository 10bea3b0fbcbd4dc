package dev.berth.simulation.check;

import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.GivenAnswer;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.cluster.Users;
import java.util.HashMap;
import java.util.Map;

/**
 * S4: a request that is sent again under its key has one effect, also across changes of leader: no
 * key is accepted twice, and no deploy makes a second release.
 */
final class RepeatedRequestsActOnce extends Invariant {
  private final Map<String, Long> accepted = new HashMap<>();
  private final Map<String, ReleaseId> deploys = new HashMap<>();

  RepeatedRequestsActOnce(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Committed(var commit)) {
      commit.write().changes().forEach(this::committed);
    }
  }

  private void committed(Change change) {
    if (change instanceof Change.PutAnswer(GivenAnswer answer, _)) {
      long now = cluster().world().now();
      Long before = accepted.put(answer.of(), now);
      require(
          before == null,
          "the request with %s was accepted %d s after the first time",
          answer.of(),
          before == null ? 0 : (now - before) / 1_000_000);
    } else if (change instanceof Change.PutRelease(Release release)) {
      String words = release.origin().description();
      if (words.startsWith(Users.DEPLOY)) {
        ReleaseId before = deploys.put(words, release.id());
        require(before == null, "%s made %s and %s", words, before, release.id());
      }
    }
  }
}
