package dev.berth.scheduler.api;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.CreateReleaseRequest;
import dev.berth.proto.v1.CreateReleaseResponse;
import dev.berth.proto.v1.FindSlugRequest;
import dev.berth.proto.v1.FindSlugResponse;
import dev.berth.proto.v1.ListReleasesResponse;
import dev.berth.proto.v1.ReleaseServiceGrpc;
import dev.berth.proto.v1.RollbackRequest;
import dev.berth.proto.v1.UploadSlugRequest;
import dev.berth.proto.v1.UploadSlugResponse;
import dev.berth.scheduler.slug.SlugBuilder;
import dev.berth.scheduler.slug.SlugIndex;
import dev.berth.scheduler.slug.SlugManifest;
import dev.berth.scheduler.slug.SlugResult;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.wire.Opening;
import dev.berth.scheduler.wire.Refusing;
import dev.berth.scheduler.wire.Values;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Slugs come in here and become releases. Thread-safe. */
final class ReleaseApi extends ReleaseServiceGrpc.ReleaseServiceImplBase {
  private static final Upload.Codes CODES =
      new Upload.Codes(RefusalCode.SLUG_TOO_LARGE, RefusalCode.SLUG_DIGEST_MISMATCH);

  private final Desk desk;
  private final SlugIndex index;
  private final SlugBuilder builder;
  private final Uploads uploads;

  ReleaseApi(Desk desk, SlugIndex index, SlugBuilder builder, Uploads uploads) {
    this.desk = desk;
    this.index = index;
    this.builder = builder;
    this.uploads = uploads;
  }

  @Override
  public void findSlug(FindSlugRequest request, StreamObserver<FindSlugResponse> out) {
    desk.answer(
        out,
        asked -> {
          TenantId tenant = asked.app(request.getName()).id().tenant();
          Optional<SlugManifest> found =
              Digest.isLegal(request.getTarDigest())
                  ? index.byTar(tenant, new Digest(request.getTarDigest()))
                  : Optional.empty();
          return FindSlugResponse.newBuilder()
              .setSlugDigest(found.map(manifest -> manifest.slug().digest().hex()).orElse(""))
              .build();
        });
  }

  @Override
  public StreamObserver<UploadSlugRequest> uploadSlug(StreamObserver<UploadSlugResponse> out) {
    return Opening.of(
        out,
        () -> {
          Desk.Asked asked = desk.asked();
          return new Upload<>(
              uploads,
              (ServerCallStreamObserver<UploadSlugResponse>) out,
              message -> part(asked, message),
              (header, received) -> build(asked, header, received, out));
        });
  }

  private Upload.Part<UploadSlugRequest.Header> part(Desk.Asked asked, UploadSlugRequest message) {
    return switch (message.getPartCase()) {
      case HEADER -> {
        UploadSlugRequest.Header header = message.getHeader();
        App _ = asked.app(header.getName()); // refuses what is not there before a byte is taken
        yield new Upload.Begin<>(
            header,
            new Upload.Announced(
                header.getTarDigest(), header.getTarBytes(), builder.limits().maxBytes(), CODES));
      }
      case CHUNK -> new Upload.Chunk<>(message.getChunk());
      case PART_NOT_SET -> new Upload.Chunk<>(ByteString.EMPTY);
    };
  }

  private void build(
      Desk.Asked asked,
      UploadSlugRequest.Header header,
      Upload.Received received,
      StreamObserver<UploadSlugResponse> out)
      throws IOException, InterruptedException {
    TenantId tenant = asked.app(header.getName()).id().tenant();
    switch (builder.build(tenant, received.digest(), received.blob().file())) {
      case SlugResult.Built(SlugManifest manifest) -> {
        out.onNext(
            UploadSlugResponse.newBuilder()
                .setSlugDigest(manifest.slug().digest().hex())
                .setSlugBytes(manifest.slug().bytes())
                .setEntries(manifest.entries())
                .build());
        out.onCompleted();
      }
      case SlugResult.Rejected(Outcome.Refused refusal) -> throw Refusing.asStatus(refusal);
    }
  }

  @Override
  public void createRelease(
      CreateReleaseRequest request, StreamObserver<CreateReleaseResponse> out) {
    desk.submit(
        out,
        request.getMutation(),
        asked -> {
          TenantId tenant = asked.app(request.getName()).id().tenant();
          SlugManifest manifest = manifest(tenant, request.getSlugDigest());
          return new Command.CreateRelease(
              Values.appName(request.getName()),
              manifest.slug(),
              manifest.processTypes(),
              request.getDescription());
        },
        ReleaseApi::created);
  }

  private SlugManifest manifest(TenantId tenant, String digest) throws IOException {
    Optional<SlugManifest> found =
        Digest.isLegal(digest) ? index.find(tenant, new Digest(digest)) : Optional.empty();
    return found.orElseThrow(() -> unknownSlug(digest));
  }

  private static StatusRuntimeException unknownSlug(String digest) {
    return Refusing.asStatus(
        RefusalCode.SLUG_NOT_FOUND,
        "slug_digest",
        "the tenant has no slug " + (Digest.isLegal(digest) ? digest : "of that digest"),
        "upload it first: berth deploy DIR");
  }

  @Override
  public void listReleases(AppName request, StreamObserver<ListReleasesResponse> out) {
    desk.answer(
        out,
        asked -> {
          App app = asked.app(request);
          List<Release> newestFirst =
              new ArrayList<>(asked.snapshot().state().releasesOf(app.id())).reversed();
          return ListReleasesResponse.newBuilder()
              .addAllReleases(newestFirst.stream().map(Apps::release).toList())
              .setCurrent(app.release().number())
              .build();
        });
  }

  @Override
  public void rollback(RollbackRequest request, StreamObserver<CreateReleaseResponse> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ ->
            new Command.Rollback(
                Values.appName(request.getName()), Integer.toUnsignedLong(request.getTo())),
        ReleaseApi::created);
  }

  private static CreateReleaseResponse created(Outcome.Result result) {
    var made = Results.as(Outcome.Result.ReleaseResult.class, result);
    CreateReleaseResponse.Builder response =
        CreateReleaseResponse.newBuilder().setApp(Apps.app(made.app()));
    Release release = made.release();
    if (release != null) {
      response.setRelease(Apps.release(release));
    }
    return response.build();
  }
}
