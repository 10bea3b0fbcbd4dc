package dev.berth.scheduler.api;

import dev.berth.proto.v1.ApplyPlanRequest;
import dev.berth.proto.v1.ApplyPlanResponse;
import dev.berth.proto.v1.GetPlanRequest;
import dev.berth.proto.v1.PlacementServiceGrpc;
import dev.berth.proto.v1.PlanRequest;
import dev.berth.proto.v1.PlanResponse;
import dev.berth.proto.v1.WhyRequest;
import dev.berth.proto.v1.WhyResponse;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import dev.berth.scheduler.wire.Values;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/** Why instances are where they are, and what a change would do. Thread-safe. */
final class PlacementApi extends PlacementServiceGrpc.PlacementServiceImplBase {
  private final Desk desk;
  private final ClusterSettings settings;
  private final PlanBook plans;

  PlacementApi(Desk desk, ClusterSettings settings, PlanBook plans) {
    this.desk = desk;
    this.settings = settings;
    this.plans = plans;
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
    desk.answer(out, asked -> plans.plan(asked.snapshot(), command(request), asked.caller()));
  }

  @Override
  public void getPlan(GetPlanRequest request, StreamObserver<PlanResponse> out) {
    desk.answer(out, asked -> found(asked, request.getToken()).plan());
  }

  @Override
  public void applyPlan(ApplyPlanRequest request, StreamObserver<ApplyPlanResponse> out) {
    try {
      Desk.Asked asked = desk.asked();
      PlanBook.Entry entry = found(asked, request.getToken());
      if (!entry.isLike(plans.plan(asked.snapshot(), entry.command(), asked.caller()))) {
        throw Refusing.asStatus(
            RefusalCode.PLAN_CHANGED,
            "token",
            "the same change would do something else by now; nothing was changed",
            "plan it again");
      }
      plans.forget(request.getToken());
      desk.submit(
          out,
          asked,
          new Desk.Ready(entry.command(), entry.mutation()),
          _ -> ApplyPlanResponse.getDefaultInstance());
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
    }
  }

  private PlanBook.Entry found(Desk.Asked asked, String token) {
    return plans
        .find(token, asked.caller(), asked.snapshot().at())
        .orElseThrow(() ->
            Refusing.asStatus(
                RefusalCode.PLAN_NOT_FOUND,
                "token",
                "there is no such plan of yours; plans are kept for 15 minutes by one scheduler",
                "plan it again"));
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
