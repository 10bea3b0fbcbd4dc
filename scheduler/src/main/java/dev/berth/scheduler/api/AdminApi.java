package dev.berth.scheduler.api;

import dev.berth.proto.v1.AdminServiceGrpc;
import dev.berth.proto.v1.BackupRequest;
import dev.berth.proto.v1.Brake;
import dev.berth.proto.v1.CollectGarbageRequest;
import dev.berth.proto.v1.CollectGarbageResponse;
import dev.berth.proto.v1.FreezeRequest;
import dev.berth.proto.v1.RestoreRequest;
import dev.berth.proto.v1.RestoreResponse;
import dev.berth.proto.v1.StatePart;
import dev.berth.proto.v1.ThawRequest;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.wire.Opening;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/** What operators do with the cluster as a whole. Thread-safe. */
final class AdminApi extends AdminServiceGrpc.AdminServiceImplBase {
  private final Desk desk;
  private final GarbageApi garbage;
  private final Restoration.Means means;

  AdminApi(Desk desk, Restoration.Means means, GarbageApi garbage) {
    this.garbage = garbage;
    this.desk = desk;
    this.means = means;
  }

  @Override
  public void backup(BackupRequest request, StreamObserver<StatePart> out) {
    try {
      Desk.Asked asked = desk.asked();
      asked.requireOperator("back the state up");
      Backups.send(asked.control(), means.facts(), (ServerCallStreamObserver<StatePart>) out);
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
    }
  }

  @Override
  public StreamObserver<RestoreRequest> restore(StreamObserver<RestoreResponse> out) {
    return Opening.of(
        out,
        () -> {
          Desk.Asked asked = desk.asked();
          asked.requireOperator("restore a state");
          return new Restoration(asked.control(), means, out);
        });
  }

  @Override
  public void collectGarbage(
      CollectGarbageRequest request, StreamObserver<CollectGarbageResponse> out) {
    desk.answer(out, asked -> garbage.answer(asked, request));
  }

  @Override
  public void freeze(FreezeRequest request, StreamObserver<Brake> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.FreezeCluster(),
        _ -> brake(desk.control().snapshot()));
  }

  @Override
  public void thaw(ThawRequest request, StreamObserver<Brake> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.ThawCluster(Duration.ofSeconds(request.getSeconds())),
        _ -> brake(desk.control().snapshot()));
  }

  static Brake brake(Snapshot snapshot) {
    var brake = snapshot.brake();
    var built =
        Brake.newBuilder()
            .setLevel(
                switch (brake.level()) {
                  case OFF -> Brake.Level.OFF;
                  case BRAKED -> Brake.Level.BRAKED;
                  case FROZEN -> Brake.Level.FROZEN;
                  case HELD -> Brake.Level.HELD;
                  case RELEASED -> Brake.Level.RELEASED;
                })
            .setNodesSilent(brake.silent())
            .setNodesTotal(brake.nodes());
    switch (snapshot.state().upkeep().freeze()) {
      case FreezeOrder.None _ -> {}
      case FreezeOrder.Frozen(FreezeOrder.Given given) -> tell(given, built);
      case FreezeOrder.Thawed(FreezeOrder.Given given, _) -> tell(given, built);
    }
    return built.build();
  }

  private static void tell(FreezeOrder.Given given, Brake.Builder built) {
    built.setActor(given.actor()).setReason(given.reason()).setOrderedAt(given.at().toEpochMilli());
  }
}
