package dev.berth.cli.command;

import com.google.protobuf.Message;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.ApplyPlanRequest;
import dev.berth.proto.v1.ApplyPlanResponse;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.Campaign;
import dev.berth.proto.v1.Campaign.Phase;
import dev.berth.proto.v1.GetCampaignRequest;
import dev.berth.proto.v1.GetPlanRequest;
import dev.berth.proto.v1.GetTrialRequest;
import dev.berth.proto.v1.HaltTrialRequest;
import dev.berth.proto.v1.ListTrialsRequest;
import dev.berth.proto.v1.ListTrialsResponse;
import dev.berth.proto.v1.PlacementServiceGrpc;
import dev.berth.proto.v1.PlanResponse;
import dev.berth.proto.v1.PlannedStep;
import dev.berth.proto.v1.Refusal;
import dev.berth.proto.v1.RollBaseRequest;
import dev.berth.proto.v1.SteerCampaignRequest;
import dev.berth.proto.v1.Trial;
import dev.berth.proto.v1.Trial.Outcome;
import dev.berth.proto.v1.TryBaseRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A base line whose campaigns and trials are over at once, as told; remembers what was asked. */
final class FakeBases extends BaseServiceGrpc.BaseServiceImplBase {
  private static final Metadata.Key<Refusal> REFUSAL =
      Metadata.Key.of(
          "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance()));

  final List<Message> asked = new CopyOnWriteArrayList<>();
  volatile Phase phase = Phase.DONE;
  volatile String refusal = "";
  volatile Trial trial =
      Trial.newBuilder()
          .setNumber(4)
          .setLine("debian-13")
          .setTo(1)
          .setAtATime(10)
          .setPhase(Trial.Phase.DONE)
          .setApps(3)
          .setHealthy(3)
          .build();

  static StatusRuntimeException refused(String code, String field, String reason) {
    Metadata trailers = new Metadata();
    trailers.put(
        REFUSAL,
        Refusal.newBuilder()
            .setCode(code)
            .setField(field)
            .setReason(reason)
            .setRemedy("look first")
            .build());
    return Status.FAILED_PRECONDITION.asRuntimeException(trailers);
  }

  static Trial.Tried tried(String app, Outcome outcome, String words) {
    return Trial.Tried.newBuilder()
        .setName(AppName.newBuilder().setTenant("acme").setApp(app))
        .setProcessType("web")
        .setOutcome(outcome)
        .setWords(words)
        .build();
  }

  private Campaign campaign() {
    return Campaign.newBuilder()
        .setNumber(7)
        .setLine("debian-12")
        .setFrom(1)
        .setTo(2)
        .setPhase(phase)
        .setWords(phase == Phase.HALTED ? "acme/shop broke" : "")
        .addRings("1%")
        .addRings("100%")
        .setRing(1)
        .setApps(5)
        .setAppsMoved(phase == Phase.DONE ? 5 : 2)
        .setInstances(9)
        .setInstancesMoved(phase == Phase.DONE ? 9 : 3)
        .build();
  }

  private <A> void answer(Message request, boolean isPlan, A answer, StreamObserver<A> out) {
    asked.add(request);
    if (isPlan) {
      out.onError(refused("PLANNED", "token-1", "nothing was changed"));
    } else if (!refusal.isEmpty()) {
      out.onError(refused(refusal, "line", "it is not possible now"));
    } else {
      out.onNext(answer);
      out.onCompleted();
    }
  }

  @Override
  public void rollBase(RollBaseRequest request, StreamObserver<Campaign> out) {
    answer(request, request.getMutation().getPlanOnly(), campaign(), out);
  }

  @Override
  public void steerCampaign(SteerCampaignRequest request, StreamObserver<Campaign> out) {
    switch (request.getSteering()) {
      case HALT -> phase = Phase.HALTED;
      case RESUME -> phase = Phase.DONE;
      case ROLL_BACK -> phase = Phase.ROLLED_BACK;
      case STEERING_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    answer(request, request.getMutation().getPlanOnly(), campaign(), out);
  }

  @Override
  public void getCampaign(GetCampaignRequest request, StreamObserver<Campaign> out) {
    answer(request, false, campaign(), out);
  }

  @Override
  public void tryBase(TryBaseRequest request, StreamObserver<Trial> out) {
    answer(request, false, trial, out);
  }

  @Override
  public void haltTrial(HaltTrialRequest request, StreamObserver<Trial> out) {
    trial = trial.toBuilder().setPhase(Trial.Phase.HALTED).build();
    answer(request, false, trial, out);
  }

  @Override
  public void getTrial(GetTrialRequest request, StreamObserver<Trial> out) {
    answer(request, false, trial, out);
  }

  @Override
  public void listTrials(ListTrialsRequest request, StreamObserver<ListTrialsResponse> out) {
    answer(request, false, ListTrialsResponse.newBuilder().addTrials(trial).build(), out);
  }

  /** The plan that every planned change has. */
  static final class Plans extends PlacementServiceGrpc.PlacementServiceImplBase {
    volatile String applied = "";
    volatile boolean hasChanged;

    @Override
    public void getPlan(GetPlanRequest request, StreamObserver<PlanResponse> out) {
      out.onNext(
          PlanResponse.newBuilder()
              .setToken(request.getToken())
              .setSeconds(90)
              .setRunning(9)
              .setComplete(true)
              .addSteps(
                  PlannedStep.newBuilder()
                      .setKind(PlannedStep.Kind.MOVE)
                      .setInstance("acme/shop/web.1")
                      .setNode("node-2")
                      .setFrom("node-1")
                      .setCause("base debian-12 v2"))
              .build());
      out.onCompleted();
    }

    @Override
    public void applyPlan(ApplyPlanRequest request, StreamObserver<ApplyPlanResponse> out) {
      if (hasChanged) {
        out.onError(refused("PLAN_CHANGED", "token", "it would do something else now"));
        return;
      }
      applied = request.getToken();
      out.onNext(ApplyPlanResponse.getDefaultInstance());
      out.onCompleted();
    }
  }
}
