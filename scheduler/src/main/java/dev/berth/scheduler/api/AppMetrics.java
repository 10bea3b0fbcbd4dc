package dev.berth.scheduler.api;

import dev.berth.proto.v1.TrafficOf;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.util.Comparator;

/** An app's traffic as the public API shows it. Pure. */
final class AppMetrics {
  private static final Comparator<Signals.Row> ORDER =
      Comparator.comparing(Signals.Row::processType)
          .thenComparing(Signals.Row::release, Comparator.reverseOrder())
          .thenComparing(Signals.Row::baseVersion, Comparator.reverseOrder());

  private AppMetrics() {}

  static dev.berth.proto.v1.AppMetrics of(Snapshot snapshot, App app) {
    Signals signals = snapshot.actual().signals();
    var metrics =
        dev.berth.proto.v1.AppMetrics.newBuilder().setAt(Math.max(0, signals.at().toEpochMilli()));
    signals.of(app.id()).stream()
        .sorted(ORDER)
        .forEach(row -> metrics.addTraffic(message(snapshot, app, row)));
    return metrics.build();
  }

  private static TrafficOf message(Snapshot snapshot, App app, Signals.Row row) {
    Traffic whole = row.whole();
    return TrafficOf.newBuilder()
        .setProcessType(row.processType())
        .setRelease(row.release())
        .setBaseVersion(row.baseVersion())
        .setInstances(running(snapshot, new ProcessTypeId(app.id(), row.processType()), row))
        .setRequestsPerKilosecond(row.recent().requests() * 1000 / Signals.RECENT.toSeconds())
        .setRequests(whole.requests())
        .setFailed(whole.failed())
        .setErrors(whole.errors())
        .setP50Micros(whole.latencyMicros(50))
        .setP95Micros(whole.latencyMicros(95))
        .setP99Micros(whole.latencyMicros(99))
        .build();
  }

  private static int running(Snapshot snapshot, ProcessTypeId type, Signals.Row row) {
    int running = 0;
    for (Placement placement : snapshot.state().placements().of(type)) {
      boolean isMeant =
          placement.wanted().release() == row.release()
              && placement.wanted().baseVersion() == row.baseVersion();
      running +=
          isMeant
                  && snapshot
                      .actual()
                      .report(placement.id())
                      .map(PlacementReport::isRunning)
                      .orElse(false)
              ? 1
              : 0;
    }
    return running;
  }
}
