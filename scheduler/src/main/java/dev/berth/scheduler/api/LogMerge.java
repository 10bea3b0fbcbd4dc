package dev.berth.scheduler.api;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.LogLine;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.dispatch.LogReading;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One caller's lines: the last ones of each instance in order of time, then, for who follows, what
 * comes, as it comes.
 *
 * <p>Holds at most a hundred thousand lines and waits for the reader. Ends with the reader, with
 * the term, or when every agent has sent its last line. Runs on one virtual thread.
 */
final class LogMerge {
  private static final int MAX_HELD = 100_000;
  private static final int FIRST_PAUSE_MILLIS = 250;
  private static final int POLL_MILLIS = 250;
  private static final int MAX_QUIET_POLLS = 40;

  /** What the caller asked for. */
  record Wanted(AppId app, String target, int tail, boolean follow) {}

  private final Control control;
  private final Wanted wanted;
  private final LogReading reading;
  private final ServerCallStreamObserver<LogLine> out;
  private final Semaphore mayBeReady = new Semaphore(0);
  private final List<LogLine> held = new ArrayList<>();
  private final Set<Object> open = new HashSet<>();
  private long seenEvent;

  LogMerge(
      Control control, Wanted wanted, LogReading reading, ServerCallStreamObserver<LogLine> out) {
    this.control = control;
    this.wanted = wanted;
    this.reading = reading;
    this.out = out;
    this.open.addAll(reading.nodes());
  }

  void ready() {
    mayBeReady.release();
  }

  void run() {
    try (reading) {
      holdPlatformTail();
      gatherTails();
      held.sort(Comparator.comparingLong(LogLine::getAt));
      for (LogLine line : held) {
        send(line);
      }
      held.clear();
      if (wanted.follow()) {
        follow();
      }
      if (!out.isCancelled()) {
        out.onCompleted();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The tails of all agents; of those that follow, what comes before the first pause. */
  private void gatherTails() throws InterruptedException {
    int quiet = 0;
    while (!open.isEmpty() && !out.isCancelled() && held.size() < MAX_HELD) {
      LogReading.Item item = reading.take(FIRST_PAUSE_MILLIS);
      quiet = item == null ? quiet + 1 : 0;
      if (item == null && (wanted.follow() || quiet > MAX_QUIET_POLLS)) {
        return;
      }
      LogLine line = line(item);
      if (line != null) {
        held.add(line);
      }
    }
  }

  private void follow() throws InterruptedException {
    while (!out.isCancelled() && !reading.isClosed()) {
      LogLine line = line(reading.take(POLL_MILLIS));
      if (line != null) {
        send(line);
      }
      for (LogLine said : newPlatformLines()) {
        send(said);
      }
    }
  }

  private @Nullable LogLine line(LogReading.@Nullable Item item) {
    return switch (item) {
      case null -> null;
      case LogReading.Item.Line(LogLine line) -> line;
      case LogReading.Item.NodeEnded(var node, boolean isMissing) -> {
        open.remove(node);
        yield isMissing
            ? said(0, "", node + " is not connected; lines of its instances are missing")
            : null;
      }
    };
  }

  private void holdPlatformTail() {
    List<LogLine> said = newPlatformLines();
    held.addAll(said.subList(Math.max(0, said.size() - wanted.tail()), said.size()));
  }

  private List<LogLine> newPlatformLines() {
    List<LogLine> lines = new ArrayList<>();
    for (HistoryEvent event : control.snapshot().history().tailMap(seenEvent, false).values()) {
      seenEvent = event.sequence();
      InstanceId instance = event.subject().instance();
      if (instance != null
          && instance.app().equals(wanted.app())
          && LogApi.matches(instance, wanted.target())) {
        lines.add(said(event.at().toEpochMilli(), instance.shortName(), event.message()));
      }
    }
    return lines;
  }

  private static LogLine said(long at, String instance, String words) {
    return LogLine.newBuilder()
        .setAt(at)
        .setInstance(instance)
        .setSource(LogLine.Source.PLATFORM)
        .setText(ByteString.copyFrom(words, StandardCharsets.UTF_8))
        .build();
  }

  private void send(LogLine line) throws InterruptedException {
    while (!out.isReady() && !out.isCancelled()) {
      mayBeReady.acquire();
    }
    if (!out.isCancelled()) {
      out.onNext(line);
    }
  }
}
