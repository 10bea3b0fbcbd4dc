package dev.berth.scheduler.api;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.StateEntries;
import dev.berth.proto.v1.StateEntry;
import dev.berth.proto.v1.StateHead;
import dev.berth.proto.v1.StatePart;
import dev.berth.proto.v1.StateTail;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.store.Format;
import dev.berth.scheduler.store.StateImage;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/** Tells a caller the whole state, as fast as it takes it. Confined to one call. */
final class Backups {
  private static final int PART_BYTES = 512 * 1024;

  private final ServerCallStreamObserver<StatePart> out;
  private final Deque<StatePart> parts;

  private Backups(ServerCallStreamObserver<StatePart> out, Deque<StatePart> parts) {
    this.out = out;
    this.parts = parts;
  }

  static void send(Control control, ClusterFacts facts, ServerCallStreamObserver<StatePart> out) {
    Snapshot snapshot = control.snapshot();
    StateHead head =
        StateHead.newBuilder()
            .setClusterId(facts.id())
            .setFormat(Format.CURRENT.toString())
            .setEpoch(snapshot.epoch())
            .setAt(snapshot.at().toEpochMilli())
            .setVersion(facts.version())
            .build();
    var sending = new Backups(out, parts(head, control.image(snapshot)));
    out.setOnReadyHandler(sending::go);
    sending.go();
  }

  private static Deque<StatePart> parts(StateHead head, StateImage image) {
    var parts = new ArrayDeque<StatePart>();
    parts.add(StatePart.newBuilder().setHead(head).build());
    var some = StateEntries.newBuilder();
    int bytes = 0;
    for (Map.Entry<String, ByteString> entry : image.contents().entrySet()) {
      if (bytes + entry.getValue().size() > PART_BYTES && bytes > 0) {
        parts.add(StatePart.newBuilder().setEntries(some).build());
        some = StateEntries.newBuilder();
        bytes = 0;
      }
      some.addEntries(StateEntry.newBuilder().setPath(entry.getKey()).setContent(entry.getValue()));
      bytes += entry.getValue().size() + entry.getKey().length();
    }
    parts.add(StatePart.newBuilder().setEntries(some).build());
    parts.add(
        StatePart.newBuilder()
            .setTail(
                StateTail.newBuilder()
                    .setEntries(image.contents().size())
                    .setSha256(image.sha256())
                    .setStateSha256(image.stateSha256()))
            .build());
    return parts;
  }

  private synchronized void go() {
    while (out.isReady() && !parts.isEmpty()) {
      out.onNext(parts.remove());
      if (parts.isEmpty()) {
        out.onCompleted();
      }
    }
  }
}
