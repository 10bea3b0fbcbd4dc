package dev.berth.scheduler.api;

import dev.berth.proto.v1.LogLine;
import dev.berth.proto.v1.LogServiceGrpc;
import dev.berth.proto.v1.ReadLogsRequest;
import dev.berth.scheduler.dispatch.LogReading;
import dev.berth.scheduler.dispatch.Logs;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** Lines of an app's instances, gathered from the agents. Thread-safe. */
final class LogApi extends LogServiceGrpc.LogServiceImplBase {
  private static final int DEFAULT_TAIL = 100;
  private static final int MAX_TAIL = 10_000;

  private final Desk desk;
  private final Logs logs;
  private final Executor executor;

  LogApi(Desk desk, Logs logs, Executor executor) {
    this.desk = desk;
    this.logs = logs;
    this.executor = executor;
  }

  @Override
  public void readLogs(ReadLogsRequest request, StreamObserver<LogLine> observer) {
    ServerCallStreamObserver<LogLine> out = (ServerCallStreamObserver<LogLine>) observer;
    try {
      Desk.Asked asked = desk.asked();
      App app = asked.app(request.getName());
      LogMerge.Wanted wanted =
          new LogMerge.Wanted(
              app.id(), request.getTarget(), tail(request.getTail()), request.getFollow());
      LogReading reading = logs.open().orElseThrow(LogApi::tooMany);
      LogMerge merge = new LogMerge(desk, logs, wanted, reading, out);
      out.setOnCancelHandler(() -> {
        reading.close();
        merge.ready();
      });
      out.setOnReadyHandler(merge::ready);
      executor.execute(merge::run);
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
    }
  }

  private static StatusRuntimeException tooMany() {
    return Refusing.asStatus(
        RefusalCode.BUSY,
        "",
        "too many readers of logs at the moment",
        "try again when others have ended");
  }

  private static int tail(int asked) {
    return asked == 0 ? DEFAULT_TAIL : (int) Math.min(Integer.toUnsignedLong(asked), MAX_TAIL);
  }
}
