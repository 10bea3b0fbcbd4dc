package dev.berth.agent.link;

import dev.berth.agent.logs.LogSink;
import dev.berth.proto.v1.AgentLinkGrpc;
import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.SendLogsResponse;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Sends log lines on a stream of their own, as fast as it takes them. One thread sends. */
final class GrpcLogSink implements LogSink, ClientResponseObserver<LogChunk, SendLogsResponse> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable ClientCallStreamObserver<LogChunk> out;
  private boolean over;

  private GrpcLogSink() {}

  static LogSink open(Channel channel) {
    var sink = new GrpcLogSink();
    AgentLinkGrpc.newStub(channel).sendLogs(sink);
    return sink;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<LogChunk> stream) {
    out = stream;
    stream.setOnReadyHandler(() -> signal(false));
  }

  @Override
  public boolean send(LogChunk chunk) throws InterruptedException {
    ClientCallStreamObserver<LogChunk> stream = out;
    lock.lockInterruptibly();
    try {
      while (stream != null && !over && !stream.isReady()) {
        changed.await();
      }
      if (stream == null || over) {
        return false;
      }
      stream.onNext(chunk);
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isOpen() {
    lock.lock();
    try {
      return !over;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void complete() {
    ClientCallStreamObserver<LogChunk> stream = out;
    lock.lock();
    try {
      if (stream != null && !over) {
        stream.onCompleted();
      }
      over = true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onNext(SendLogsResponse response) {}

  @Override
  public void onError(Throwable failure) {
    signal(true);
  }

  @Override
  public void onCompleted() {
    signal(true);
  }

  private void signal(boolean ended) {
    lock.lock();
    try {
      over |= ended;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
