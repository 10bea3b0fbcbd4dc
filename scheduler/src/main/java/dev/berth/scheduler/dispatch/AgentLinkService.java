package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.AgentLinkGrpc;
import dev.berth.proto.v1.AgentMessage;
import dev.berth.proto.v1.BlobChunk;
import dev.berth.proto.v1.FetchBlobRequest;
import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.proto.v1.SendLogsResponse;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.wire.Opening;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * Where agents connect. Only a certificate {@code agent:NODE} may speak, and for that node alone.
 * Thread-safe.
 */
public final class AgentLinkService extends AgentLinkGrpc.AgentLinkImplBase {
  private final Dispatch dispatch;
  private final Logs logs;
  private final Verifications verifications;
  private final BlobSender blobs;

  public AgentLinkService(
      Dispatch dispatch, Logs logs, Verifications verifications, BlobStore blobs) {
    this.dispatch = dispatch;
    this.logs = logs;
    this.verifications = verifications;
    this.blobs = new BlobSender(blobs);
  }

  @Override
  public StreamObserver<AgentMessage> connect(StreamObserver<SchedulerMessage> out) {
    return Opening.of(
        out,
        () ->
            new AgentListener(
                Speaker.AGENT.require(),
                dispatch.nextConnection(),
                dispatch.require(),
                verifications,
                (ServerCallStreamObserver<SchedulerMessage>) out));
  }

  @Override
  public StreamObserver<LogChunk> sendLogs(StreamObserver<SendLogsResponse> out) {
    return Opening.of(
        out,
        () ->
            new LogReceiver(
                Speaker.AGENT.require(), logs, (ServerCallStreamObserver<SendLogsResponse>) out));
  }

  @Override
  public void fetchBlob(FetchBlobRequest request, StreamObserver<BlobChunk> out) {
    if (Speaker.AGENT.proven().isPresent()) {
      blobs.send(request.getDigest(), (ServerCallStreamObserver<BlobChunk>) out);
    } else {
      out.onError(Speaker.AGENT.refused("NODE"));
    }
  }
}
