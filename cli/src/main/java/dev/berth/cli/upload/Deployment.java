package dev.berth.cli.upload;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.CreateReleaseRequest;
import dev.berth.proto.v1.CreateReleaseResponse;
import dev.berth.proto.v1.FindSlugRequest;
import dev.berth.proto.v1.ReleaseServiceGrpc;
import dev.berth.proto.v1.UploadSlugRequest;
import dev.berth.proto.v1.UploadSlugResponse;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.file.Path;

/** Makes a release of a directory: canonical tar, slug if the cluster has none of it, release. */
public final class Deployment {
  private final Cluster cluster;
  private final Progress progress;

  public Deployment(Cluster cluster, Progress progress) {
    this.cluster = cluster;
    this.progress = progress;
  }

  public CreateReleaseResponse deploy(AppName app, Path directory, String description) {
    CanonicalTar tar = CanonicalTar.of(directory);
    if (!tar.hasProcfile()) {
      throw CommandFailure.usage(
          directory + " has no Procfile", "write one, with a line such as: web: python3 server.py");
    }
    BlobDigest digest = digest(tar, directory);
    String slug = findSlug(app, digest);
    if (slug.isEmpty()) {
      slug = upload(app, tar, digest);
    } else {
      progress.milestone("The cluster has this slug already; nothing to upload.");
    }
    return release(app, slug, description);
  }

  private BlobDigest digest(CanonicalTar tar, Path directory) {
    progress.state(
        "Reading "
            + directory
            + ": "
            + tar.entryCount()
            + " entries, "
            + Words.bytes(tar.fileBytes()));
    try {
      return BlobDigest.of(tar);
    } catch (IOException unreadable) {
      throw CommandFailure.host(
          directory + " cannot be read: " + unreadable.getMessage(),
          "see that you may read every file in it");
    }
  }

  private String findSlug(AppName app, BlobDigest digest) {
    FindSlugRequest request =
        FindSlugRequest.newBuilder().setName(app).setTarDigest(digest.sha256()).build();
    return cluster
        .ask(ReleaseServiceGrpc::newBlockingStub, releases -> releases.findSlug(request))
        .getSlugDigest();
  }

  private String upload(AppName app, CanonicalTar tar, BlobDigest digest) {
    UploadSlugRequest.Header header =
        UploadSlugRequest.Header.newBuilder()
            .setName(app)
            .setTarDigest(digest.sha256())
            .setTarBytes(digest.bytes())
            .build();
    UploadSlugResponse slug =
        cluster.converse(
            ReleaseServiceGrpc::newBlockingV2Stub, releases -> send(releases, header, tar));
    progress.milestone(
        "Slug "
            + slug.getSlugDigest().substring(0, 12)
            + " made: "
            + slug.getEntries()
            + " entries, "
            + Words.bytes(slug.getSlugBytes()));
    return slug.getSlugDigest();
  }

  private UploadSlugResponse send(
      ReleaseServiceGrpc.ReleaseServiceBlockingV2Stub releases,
      UploadSlugRequest.Header header,
      CanonicalTar tar)
      throws StatusException, InterruptedException {
    BlockingClientCall<UploadSlugRequest, UploadSlugResponse> call = releases.uploadSlug();
    call.write(UploadSlugRequest.newBuilder().setHeader(header).build());
    try (ChunkedUpload<UploadSlugRequest> out =
        new ChunkedUpload<>(
            call,
            bytes -> UploadSlugRequest.newBuilder().setChunk(bytes).build(),
            progress,
            header.getTarBytes())) {
      tar.writeTo(out);
    } catch (IOException | CommandFailure failure) {
      call.cancel("the directory could not be read to its end", failure);
      throw failure instanceof CommandFailure known
          ? known
          : CommandFailure.host(failure.toString(), "deploy again");
    }
    progress.state("The platform is making the slug ...");
    UploadSlugResponse answer = call.read();
    if (answer == null) {
      throw CommandFailure.host("the cluster ended the upload without an answer", "deploy again");
    }
    return answer;
  }

  private CreateReleaseResponse release(AppName app, String slug, String description) {
    CreateReleaseRequest request =
        CreateReleaseRequest.newBuilder()
            .setMutation(cluster.mutation())
            .setName(app)
            .setSlugDigest(slug)
            .setDescription(description)
            .build();
    return cluster.ask(
        ReleaseServiceGrpc::newBlockingStub, releases -> releases.createRelease(request));
  }
}
