package dev.berth.scheduler.api;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.LogLine;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.dispatch.LogReading;
import dev.berth.scheduler.dispatch.Logs;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import io.grpc.StatusRuntimeException;
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
 * comes, as it comes, also from instances that are placed later.
 *
 * <p>Holds at most a hundred thousand lines and waits for the reader. Ends with the reader, with
 * the term, or when every agent has sent its last line. Runs on one virtual thread.
 */
final class LogMerge {
  private static final int MAX_HELD = 100_000;
  private static final int POLL_MILLIS = 200;
  private static final int MAX_QUIET_POLLS = 25;
  private static final int WHOLE_LOG = 10_000;

  /** What the caller asked for. */
  record Wanted(AppId app, String target, int tail, boolean follow) {
    boolean includes(InstanceId instance) {
      return instance.app().equals(app)
          && (target.isEmpty()
              || instance.type().name().equals(target)
              || instance.shortName().equals(target));
    }
  }

  private final Desk desk;
  private final Logs logs;
  private final Wanted wanted;
  private final LogReading reading;
  private final ServerCallStreamObserver<LogLine> out;
  private final Semaphore mayBeReady = new Semaphore(0);
  private final Set<PlacementId> asked = new HashSet<>();
  private final Set<PlacementId> lost = new HashSet<>();
  private final Set<Long> open = new HashSet<>();
  private final Set<Long> begun = new HashSet<>();
  private long seenEvent;
  private long seenVersion = -1;

  LogMerge(
      Desk desk,
      Logs logs,
      Wanted wanted,
      LogReading reading,
      ServerCallStreamObserver<LogLine> out) {
    this.desk = desk;
    this.logs = logs;
    this.wanted = wanted;
    this.reading = reading;
    this.out = out;
  }

  /** The reader may be able to take more, or has left. */
  void ready() {
    mayBeReady.release();
  }

  void run() {
    try (reading) {
      for (LogLine line : tails()) {
        send(line);
      }
      if (wanted.follow()) {
        follow();
      }
      if (!out.isCancelled()) {
        out.onCompleted();
      }
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The tails of all agents and of the history, by time. */
  private List<LogLine> tails() throws InterruptedException {
    List<LogLine> said = newPlatformLines();
    List<LogLine> held =
        new ArrayList<>(said.subList(Math.max(0, said.size() - wanted.tail()), said.size()));
    askForNew(wanted.tail());
    int quiet = 0;
    while (!isTailDone(quiet) && !out.isCancelled() && held.size() < MAX_HELD) {
      LogReading.Item item = reading.take(POLL_MILLIS);
      quiet = item == null ? quiet + 1 : 0;
      LogLine line = line(item);
      if (line != null) {
        held.add(line);
      }
    }
    held.sort(Comparator.comparingLong(LogLine::getAt));
    return held;
  }

  /** An agent that follows never ends: its tail is what comes before the first pause. */
  private boolean isTailDone(int quietPolls) {
    boolean hasPaused = wanted.follow() && quietPolls > 0 && begun.containsAll(open);
    return open.isEmpty() || hasPaused || quietPolls > MAX_QUIET_POLLS;
  }

  private void follow() throws InterruptedException {
    while (!out.isCancelled() && !reading.isClosed()) {
      LogLine line = line(reading.take(POLL_MILLIS));
      if (line != null) {
        send(line);
      }
      if (desk.control().snapshot().version() != seenVersion) {
        for (LogLine said : newPlatformLines()) {
          send(said);
        }
        askForNew(WHOLE_LOG);
      }
    }
  }

  private void askForNew(int tail) {
    Snapshot snapshot = desk.control().snapshot();
    seenVersion = snapshot.version();
    List<Placement> fresh = new ArrayList<>();
    List<Placement> again = new ArrayList<>();
    for (ProcessTypeId type : snapshot.state().placements().typesOf(wanted.app())) {
      for (Placement placement : snapshot.state().placements().of(type)) {
        if (wanted.includes(placement.instance())) {
          if (asked.add(placement.id())) {
            fresh.add(placement);
          } else if (lost.remove(placement.id())) {
            again.add(placement);
          }
        }
      }
    }
    open.addAll(logs.ask(reading, fresh, tail, wanted.follow()));
    open.addAll(logs.ask(reading, again, 0, wanted.follow()));
  }

  private @Nullable LogLine line(LogReading.@Nullable Item item) {
    return switch (item) {
      case null -> null;
      case LogReading.Item.Line(LogLine line) -> line;
      case LogReading.Item.Began(long stream) -> {
        begun.add(stream);
        yield null;
      }
      case LogReading.Item.Ended(long stream, var node, var placements, boolean isMissing) -> {
        open.remove(stream);
        begun.remove(stream);
        boolean isNews = isMissing && !lost.containsAll(placements);
        lost.addAll(placements);
        yield isNews ? said(0, "", node + " is not connected; its lines are missing") : null;
      }
    };
  }

  private List<LogLine> newPlatformLines() {
    List<LogLine> lines = new ArrayList<>();
    for (HistoryEvent event :
        desk.control().snapshot().history().tailMap(seenEvent, false).values()) {
      seenEvent = event.sequence();
      InstanceId instance = event.subject().instance();
      if (instance != null && wanted.includes(instance)) {
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
