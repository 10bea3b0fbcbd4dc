package dev.berth.agent.control;

import dev.berth.agent.reconcile.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A stream whose other end writes everything down. */
final class RecordingUplink implements Uplink {
  final List<String> said = new ArrayList<>();
  final TreeMap<Long, String> phases = new TreeMap<>();
  final List<NodeNotice> notices = new ArrayList<>();
  boolean writable = true;

  @Override
  public void greet(long epochSeen, List<Placement> placements) {
    said.add("greet epoch " + epochSeen);
    placements.forEach(this::see);
  }

  @Override
  public void acknowledge(long epoch, long revision) {
    said.add("acknowledge " + epoch + "/" + revision);
  }

  @Override
  public void report(List<Placement> placements, List<NodeNotice> told) {
    placements.forEach(this::see);
    notices.addAll(told);
  }

  @Override
  public boolean isWritable() {
    return writable;
  }

  @Override
  public void refuse(String reason) {
    said.add("refuse " + reason);
  }

  List<String> kinds() {
    return notices.stream().map(told -> told.notice().kind().word()).toList();
  }

  private void see(Placement placement) {
    phases.put(
        placement.id().value(),
        placement.phase().getClass().getSimpleName() + " " + placement.incarnation());
  }
}
