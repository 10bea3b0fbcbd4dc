package dev.berth.router.proxy;

import dev.berth.router.metrics.LogLines;
import dev.berth.router.metrics.LoopCounters.Of;
import org.jspecify.annotations.Nullable;

/** What is counted and logged of one exchange. Confined to one channel. */
final class ExchangeRecord {
  private static final long NANOS_PER_MILLI = 1_000_000L;

  long bytesIn;
  long bytesOut;
  int tries;
  private long beganNanos;
  private long connectingNanos;
  private long connectNanos;
  private long sentNanos;
  private long answeredNanos;
  private @Nullable LoopRoute blamed;
  private int status;

  /** How the exchange ended. */
  record End(String client, @Nullable LoopRoute route, int status, @Nullable Failure failure) {}

  void begin(long now) {
    beganNanos = now;
    bytesIn = 0;
    bytesOut = 0;
    tries = 0;
    connectNanos = 0;
    sentNanos = now;
    answeredNanos = now;
    blamed = null;
    status = 0;
  }

  long beganNanos() {
    return beganNanos;
  }

  int status() {
    return status;
  }

  void connecting(long now) {
    connectingNanos = now;
  }

  void connected(long now) {
    connectNanos = now - connectingNanos;
  }

  long sent(long now) {
    sentNanos = now;
    return now;
  }

  /** How long the instance took. */
  long answered(long now, int answerStatus) {
    answeredNanos = now;
    status = answerStatus;
    return now - sentNanos;
  }

  /** The route did not do what it should; it is put aside for a moment. */
  void blame(LoopRoute route, long now) {
    blamed = route;
    route.load().failed(now);
    route.erred();
  }

  void finish(LoopState state, Asked asked, End end) {
    long now = state.now();
    state.counters().add(Of.IN_FLIGHT, -1);
    state.counters().add(Of.REQUEST_NANOS, now - beganNanos);
    state.counters().add(Of.BYTES_IN, bytesIn);
    state.counters().add(Of.BYTES_OUT, bytesOut);
    state.counters().addStatus(end.status);
    if (end.failure != null) {
      state.counters().addFailure(end.failure.name());
      if (end.route != null && end.route != blamed && end.failure.isInstances()) {
        end.route.erred();
      }
    }
    blamed = null;
    LogLines log = state.log();
    if (log != null) {
      line(log, asked, end, now);
    }
  }

  private void line(LogLines log, Asked asked, End end, long now) {
    log.begin().word("at", end.failure == null ? "info" : "error");
    if (end.failure != null) {
      log.word("code", end.failure.name());
    }
    log.text("method", asked.method().name())
        .text("host", asked.authority())
        .text("path", asked.path())
        .word("request_id", asked.requestId())
        .text("traceparent", asked.traceParent())
        .word("client", end.client);
    if (end.route != null) {
      log.text("instance", end.route.route().instance());
    }
    log.field("tries", tries)
        .field("connect_ms", connectNanos / NANOS_PER_MILLI)
        .field("first_byte_ms", (answeredNanos - beganNanos) / NANOS_PER_MILLI)
        .field("total_ms", (now - beganNanos) / NANOS_PER_MILLI)
        .field("status", end.status)
        .field("bytes_in", bytesIn)
        .field("bytes_out", bytesOut)
        .word("protocol", asked.http10() ? "HTTP/1.0" : "HTTP/1.1")
        .end();
  }
}
