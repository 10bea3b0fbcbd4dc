package dev.berth.simulation.check;

import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.store.Ensemble;
import java.util.HashMap;
import java.util.Map;

/** S1: no write of a deposed leader takes effect; an epoch has one writer. */
final class OnlyTheNewestEpochWrites extends Invariant {
  private final Map<Long, String> writers = new HashMap<>();
  private long highest;

  OnlyTheNewestEpochWrites(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Committed(Ensemble.Commit commit)) {
      Ensemble.Write write = commit.write();
      require(
          write.epoch() == commit.newestEpoch(),
          "%s wrote under epoch %d when %d had begun",
          write.writer(),
          write.epoch(),
          commit.newestEpoch());
      require(write.epoch() >= highest, "epoch %d wrote after %d", write.epoch(), highest);
      highest = write.epoch();
      String writer = writers.putIfAbsent(write.epoch(), write.writer());
      require(
          writer == null || writer.equals(write.writer()),
          "%s and %s both wrote under epoch %d",
          writer,
          write.writer(),
          write.epoch());
    }
  }
}
