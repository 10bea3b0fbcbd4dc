package dev.berth.scheduler.api;

import dev.berth.proto.v1.PlacementServiceGrpc;
import dev.berth.proto.v1.PlanRequest;
import dev.berth.proto.v1.PlanResponse;
import dev.berth.proto.v1.WhyRequest;
import dev.berth.proto.v1.WhyResponse;
import dev.berth.scheduler.control.Planner;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import dev.berth.scheduler.wire.Values;
import io.grpc.stub.StreamObserver;

/** Why instances are where they are, and what a change would do. Thread-safe. */
final class PlacementApi extends PlacementServiceGrpc.PlacementServiceImplBase {
  private final Desk desk;
  private final ClusterSettings settings;
  private final Planner planner;

  PlacementApi(Desk desk, ClusterSettings settings) {
    this.desk = desk;
    this.settings = settings;
    this.planner = new Planner(settings, new SpreadPlacer());
  }

  @Override
  public void why(WhyRequest request, StreamObserver<WhyResponse> out) {
    desk.answer(
        out,
        asked ->
            new Reasons(asked.snapshot(), settings.pools(), asked.caller())
                .of(asked.app(request.getName()), request.getTarget()));
  }

  @Override
  public void plan(PlanRequest request, StreamObserver<PlanResponse> out) {
    desk.answer(
        out,
        asked ->
            Plans.message(
                planner.plan(asked.snapshot(), command(request), asked.caller()),
                asked.snapshot()));
  }

  private static Command command(PlanRequest request) {
    return switch (request.getChangeCase()) {
      case SCALE ->
          new Command.Scale(
              Values.appName(request.getScale().getName()),
              request.getScale().getChangesList().stream().map(Values::scaleChange).toList());
      case QUOTA ->
          new Command.SetQuota(
              request.getQuota().getName(), Values.quota(request.getQuota().getQuota()));
      case CHANGE_NOT_SET ->
          throw Refusing.asStatus(
              RefusalCode.INVALID_REQUEST,
              "change",
              "no change is named that could be planned",
              "plan a scale or a quota");
    };
  }
}
