package dev.berth.scheduler.api;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.Base;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.ListBasesRequest;
import dev.berth.proto.v1.ListBasesResponse;
import dev.berth.proto.v1.PublishBaseRequest;
import dev.berth.proto.v1.PublishBaseResponse;
import dev.berth.scheduler.base.BaseInspection;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Opening;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
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
}
