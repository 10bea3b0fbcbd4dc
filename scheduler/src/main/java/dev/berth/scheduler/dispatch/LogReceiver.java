package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.SendLogsResponse;
import dev.berth.scheduler.state.NodeId;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** Lines coming in from one agent for one reading. Confined to one call. */
final class LogReceiver implements StreamObserver<LogChunk> {
  private final NodeId node;
  private final Logs logs;
  private final ServerCallStreamObserver<SendLogsResponse> out;
  private @Nullable LogReading reading;
  private long stream;
  private boolean isOver;

  LogReceiver(String node, Logs logs, ServerCallStreamObserver<SendLogsResponse> out) {
    this.node = new NodeId(node);
    this.logs = logs;
    this.out = out;
    out.setOnCancelHandler(this::ended);
    out.disableAutoRequest();
    out.request(1);
  }

  @Override
  public void onNext(LogChunk chunk) {
    if (isOver) {
      return;
    }
    LogReading to = reading;
    if (to == null) {
      to = logs.find(chunk.getStreamId()).orElse(null);
      reading = to;
      stream = chunk.getStreamId();
    }
    try {
      if (to != null && to.put(node, chunk)) {
        out.request(1);
      } else {
        isOver = true;
        out.onError(
            Status.CANCELLED.withDescription("nobody reads these lines").asRuntimeException());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      isOver = true;
    }
  }

  @Override
  public void onError(Throwable failure) {
    ended();
  }

  @Override
  public void onCompleted() {
    ended();
    if (!isOver) {
      out.onNext(SendLogsResponse.getDefaultInstance());
      out.onCompleted();
    }
  }

  private void ended() {
    LogReading to = reading;
    if (to != null) {
      to.ended(stream);
    }
  }
}
