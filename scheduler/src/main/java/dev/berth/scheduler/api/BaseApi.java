package dev.berth.scheduler.api;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.Base;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.Campaign;
import dev.berth.proto.v1.GetCampaignRequest;
import dev.berth.proto.v1.GetTrialRequest;
import dev.berth.proto.v1.HaltTrialRequest;
import dev.berth.proto.v1.ListBasesRequest;
import dev.berth.proto.v1.ListBasesResponse;
import dev.berth.proto.v1.ListCampaignsRequest;
import dev.berth.proto.v1.ListCampaignsResponse;
import dev.berth.proto.v1.ListTrialsRequest;
import dev.berth.proto.v1.ListTrialsResponse;
import dev.berth.proto.v1.PinBaseRequest;
import dev.berth.proto.v1.PublishBaseRequest;
import dev.berth.proto.v1.PublishBaseResponse;
import dev.berth.proto.v1.RollBaseRequest;
import dev.berth.proto.v1.SteerCampaignRequest;
import dev.berth.proto.v1.Trial;
import dev.berth.proto.v1.TryBaseRequest;
import dev.berth.scheduler.base.BaseInspection;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Opening;
import dev.berth.scheduler.wire.Refusing;
import dev.berth.scheduler.wire.Values;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Base lines and their versions; images come in here. Thread-safe. */
final class BaseApi extends BaseServiceGrpc.BaseServiceImplBase {
  private static final long MAX_BYTES = 8L << 30;

  private static final Upload.Codes CODES =
      new Upload.Codes(RefusalCode.BASE_INVALID, RefusalCode.BASE_INVALID);

  private final Desk desk;
  private final Uploads uploads;
  private final BaseInspection inspection;

  BaseApi(Desk desk, Uploads uploads, BaseInspection inspection) {
    this.desk = desk;
    this.uploads = uploads;
    this.inspection = inspection;
  }

  private static dev.berth.proto.v1.BaseVersion version(BaseVersion version) {
    return dev.berth.proto.v1.BaseVersion.newBuilder()
        .setNumber(version.number())
        .setDigest(version.digest().hex())
        .setBytes(version.bytes())
        .setPublishedAt(version.publishedAt().toEpochMilli())
        .setNotes(version.notes())
        .setWithdrawn(version.isWithdrawn())
        .build();
  }

  private static Base base(BaseLine line) {
    Base.Builder base = Base.newBuilder().setLine(line.name());
    line.versions().forEach(version -> base.addVersions(version(version)));
    return base.build();
  }

  @Override
  public void listBases(ListBasesRequest request, StreamObserver<ListBasesResponse> out) {
    desk.answer(
        out,
        asked ->
            ListBasesResponse.newBuilder()
                .addAllBases(
                    asked.snapshot().state().bases().values().stream().map(BaseApi::base).toList())
                .build());
  }

  @Override
  public StreamObserver<PublishBaseRequest> publishBase(StreamObserver<PublishBaseResponse> out) {
    return Opening.of(
        out,
        () -> {
          Desk.Asked asked = desk.asked();
          asked.requireOperator("publish base images");
          return new Upload<>(
              uploads,
              (ServerCallStreamObserver<PublishBaseResponse>) out,
              BaseApi::part,
              (header, received) -> publish(header, received, out));
        });
  }

  private static Upload.Part<PublishBaseRequest.Header> part(PublishBaseRequest request) {
    return switch (request.getPartCase()) {
      case HEADER -> {
        PublishBaseRequest.Header header = request.getHeader();
        yield new Upload.Begin<>(
            header, new Upload.Announced(header.getDigest(), header.getBytes(), MAX_BYTES, CODES));
      }
      case CHUNK -> new Upload.Chunk<>(request.getChunk());
      case PART_NOT_SET -> new Upload.Chunk<>(ByteString.EMPTY);
    };
  }

  private void publish(
      PublishBaseRequest.Header header,
      Upload.Received received,
      StreamObserver<PublishBaseResponse> out)
      throws IOException, InterruptedException {
    Optional<String> faults = inspection.faults(received.blob().file());
    if (faults.isPresent()) {
      throw Refusing.asStatus(
          RefusalCode.BASE_INVALID,
          "digest",
          faults.get(),
          "change the recipe and publish the image that it makes; see deploy/bases and docs/bases.md");
    }
    desk.submit(
        out,
        header.getMutation(),
        asked -> {
          asked.requireOperator("publish base images");
          Digest digest = received.blob().keep(received.digest()).digest();
          return new Command.PublishBase(
              header.getLine(), digest, received.blob().bytes(), header.getNotes());
        },
        result -> {
          var made = Results.as(Outcome.Result.BaseResult.class, result);
          return PublishBaseResponse.newBuilder()
              .setLine(made.line())
              .setVersion(version(made.version()))
              .setCreated(made.created())
              .build();
        });
  }

  @Override
  public void rollBase(RollBaseRequest request, StreamObserver<Campaign> out) {
    desk.submit(
        out,
        request.getMutation(),
        asked -> {
          asked.requireOperator("roll base images");
          return Campaigns.roll(request);
        },
        BaseApi::campaign);
  }

  @Override
  public void steerCampaign(SteerCampaignRequest request, StreamObserver<Campaign> out) {
    desk.submit(
        out,
        request.getMutation(),
        asked -> {
          asked.requireOperator("steer campaigns");
          return Campaigns.steer(request, steering(request));
        },
        BaseApi::campaign);
  }

  private static Command.Steering steering(SteerCampaignRequest request) {
    return switch (request.getSteering()) {
      case HALT -> Command.Steering.HALT;
      case RESUME -> Command.Steering.RESUME;
      case ROLL_BACK -> Command.Steering.ROLL_BACK;
      case STEERING_UNSPECIFIED, UNRECOGNIZED ->
          throw Refusing.asStatus(
              RefusalCode.INVALID_CAMPAIGN,
              "steering",
              "the request does not say what to do with the campaign",
              "choose one of HALT, RESUME, ROLL_BACK");
    };
  }

  private static Campaign campaign(Outcome.Result result) {
    return Campaigns.bare(Results.as(Outcome.Result.CampaignResult.class, result).campaign())
        .build();
  }

  @Override
  public void listCampaigns(
      ListCampaignsRequest request, StreamObserver<ListCampaignsResponse> out) {
    desk.answer(
        out,
        asked -> {
          asked.requireOperator("list campaigns");
          var campaigns = ListCampaignsResponse.newBuilder();
          asked
              .snapshot()
              .state()
              .campaigns()
              .descendingMap()
              .values()
              .forEach(it -> campaigns.addCampaigns(Campaigns.bare(it)));
          return campaigns.build();
        });
  }

  @Override
  public void getCampaign(GetCampaignRequest request, StreamObserver<Campaign> out) {
    desk.answer(
        out,
        asked -> {
          asked.requireOperator("see campaigns");
          return asked.snapshot().state().campaigns().descendingMap().values().stream()
              .filter(it -> it.course().line().equals(request.getLine()))
              .filter(it -> request.getNumber() == 0 || it.id().number() == request.getNumber())
              .findFirst()
              .map(it -> Campaigns.withProgress(it, asked.snapshot()))
              .orElseThrow(() -> noCampaign(request.getLine()));
        });
  }

  private static StatusRuntimeException noCampaign(String line) {
    return Refusing.asStatus(
        RefusalCode.CAMPAIGN_NOT_FOUND,
        "line",
        "there is no such campaign of base line " + Names.printable(line),
        "list them with: berth bases campaigns");
  }

  @Override
  public void tryBase(TryBaseRequest request, StreamObserver<Trial> out) {
    desk.submit(
        out,
        request.getMutation(),
        asked -> {
          asked.requireOperator("try base images");
          return Trials.command(request);
        },
        BaseApi::trial);
  }

  @Override
  public void haltTrial(HaltTrialRequest request, StreamObserver<Trial> out) {
    desk.submit(
        out,
        request.getMutation(),
        asked -> {
          asked.requireOperator("halt trials");
          return new Command.HaltTrial(request.getLine(), request.getNumber());
        },
        BaseApi::trial);
  }

  private static Trial trial(Outcome.Result result) {
    return Trials.bare(Results.as(Outcome.Result.TrialResult.class, result).trial()).build();
  }

  @Override
  public void listTrials(ListTrialsRequest request, StreamObserver<ListTrialsResponse> out) {
    desk.answer(
        out,
        asked -> {
          asked.requireOperator("list trials");
          var trials = ListTrialsResponse.newBuilder();
          asked.snapshot().state().upkeep().trials().descendingMap().values().stream()
              .map(Trials::bare)
              .forEach(trials::addTrials);
          return trials.build();
        });
  }

  @Override
  public void getTrial(GetTrialRequest request, StreamObserver<Trial> out) {
    desk.answer(
        out,
        asked -> {
          asked.requireOperator("see trials");
          return asked.snapshot().state().upkeep().trials().descendingMap().values().stream()
              .filter(it -> it.course().line().equals(request.getLine()))
              .filter(it -> request.getNumber() == 0 || it.id().number() == request.getNumber())
              .findFirst()
              .map(it -> Trials.withApps(it, asked.snapshot()))
              .orElseThrow(() ->
                  Refusing.asStatus(
                      RefusalCode.TRIAL_NOT_FOUND,
                      "line",
                      "there is no such trial of base line " + Names.printable(request.getLine()),
                      "list them with: berth bases trials"));
        });
  }

  @Override
  public void pinBase(PinBaseRequest request, StreamObserver<App> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ ->
            new Command.PinBase(
                Values.appName(request.getName()),
                Duration.ofSeconds(Integer.toUnsignedLong(request.getSeconds()))),
        Apps::changed);
  }
}
