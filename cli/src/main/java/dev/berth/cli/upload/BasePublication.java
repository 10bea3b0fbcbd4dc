package dev.berth.cli.upload;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.PublishBaseRequest;
import dev.berth.proto.v1.PublishBaseResponse;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sends a base image to the cluster, as the next version of its line. */
public final class BasePublication {
  private final Cluster cluster;
  private final Progress progress;

  public BasePublication(Cluster cluster, Progress progress) {
    this.cluster = cluster;
    this.progress = progress;
  }

  public PublishBaseResponse publish(String line, Path image, String notes) {
    BlobDigest digest = digest(image);
    PublishBaseRequest.Header header =
        PublishBaseRequest.Header.newBuilder()
            .setMutation(cluster.mutation())
            .setLine(line)
            .setDigest(digest.sha256())
            .setBytes(digest.bytes())
            .setNotes(notes)
            .build();
    return cluster.converse(
        BaseServiceGrpc::newBlockingV2Stub, bases -> send(bases, header, image));
  }

  private BlobDigest digest(Path image) {
    progress.state("Reading " + image);
    try {
      return BlobDigest.of(image);
    } catch (IOException unreadable) {
      throw CommandFailure.host(
          image + " cannot be read: " + unreadable, "name a squashfs image that exists");
    }
  }

  private PublishBaseResponse send(
      BaseServiceGrpc.BaseServiceBlockingV2Stub bases, PublishBaseRequest.Header header, Path image)
      throws StatusException, InterruptedException {
    BlockingClientCall<PublishBaseRequest, PublishBaseResponse> call = bases.publishBase();
    call.write(PublishBaseRequest.newBuilder().setHeader(header).build());
    try (ChunkedUpload<PublishBaseRequest> out =
        new ChunkedUpload<>(
            call,
            bytes -> PublishBaseRequest.newBuilder().setChunk(bytes).build(),
            progress,
            header.getBytes())) {
      Files.copy(image, out);
    } catch (IOException failure) {
      call.cancel("the image could not be read to its end", failure);
      throw CommandFailure.host(image + " cannot be read: " + failure, "publish it again");
    }
    PublishBaseResponse answer = call.read();
    if (answer == null) {
      throw CommandFailure.host("the cluster ended the upload without an answer", "publish again");
    }
    return answer;
  }
}
