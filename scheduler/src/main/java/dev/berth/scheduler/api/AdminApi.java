package dev.berth.scheduler.api;

import dev.berth.proto.v1.AdminServiceGrpc;
import dev.berth.proto.v1.Brake;
import dev.berth.proto.v1.FreezeRequest;
import dev.berth.proto.v1.ThawRequest;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.FreezeOrder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/** What operators do with the cluster as a whole. Thread-safe. */
final class AdminApi extends AdminServiceGrpc.AdminServiceImplBase {
  private final Desk desk;

  AdminApi(Desk desk) {
    this.desk = desk;
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
