package dev.berth.agent.logs;

import dev.berth.agent.order.PlacementId;
import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.LogLine;
import dev.berth.proto.v1.LogsWanted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Sends one reader the last lines of its instances and, if wanted, what follows.
 *
 * <p>Reads no faster than the reader takes. Confined to its thread.
 */
final class LogStream {
  private static final int MOST_LINES = 10_000;
  private static final int MOST_TAIL_BYTES = 1024 * 1024;
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int LINE_OVERHEAD = 64;
  private static final long BUSY_MILLIS = 10;
  private static final long IDLE_MILLIS = 100;

  private record Line(PlacementId id, LogRecord record, int sequence) {
    int bytes() {
      return record.text().size() + LINE_OVERHEAD;
    }
  }

  private final LogsWanted wanted;
  private final List<InstanceLog> logs;
  private final Function<PlacementId, String> names;
  private final LogSink sink;
  private final Semaphore tails;

  /**
   * @param tails bounds how many streams collect last lines at a time, and so their memory
   */
  LogStream(
      LogsWanted wanted,
      List<InstanceLog> logs,
      Function<PlacementId, String> names,
      LogSink sink,
      Semaphore tails) {
    this.tails = tails;
    this.wanted = wanted;
    this.logs = logs;
    this.names = names;
    this.sink = sink;
  }

  void run() throws IOException, InterruptedException {
    tails.acquire();
    List<Line> last;
    try {
      last = lastLines();
    } finally {
      tails.release();
    }
    boolean reading = send(last);
    while (reading && wanted.getFollow() && sink.isOpen()) {
      boolean any = false;
      for (InstanceLog log : logs) {
        List<Line> fresh = new ArrayList<>();
        any |= log.poll(record -> fresh.add(new Line(log.id(), record, fresh.size())));
        reading &= send(fresh);
      }
      Thread.sleep(any ? BUSY_MILLIS : IDLE_MILLIS);
    }
  }

  private List<Line> lastLines() throws IOException {
    int lines = Math.clamp(Integer.toUnsignedLong(wanted.getTail()), 0, MOST_LINES);
    var last =
        new PriorityQueue<>(
            Comparator.comparing((Line line) -> line.record().at())
                .thenComparingInt(Line::sequence));
    int sequence = 0;
    long bytes = 0;
    for (InstanceLog log : logs) {
      for (LogRecord record : log.last(lines)) {
        var line = new Line(log.id(), record, sequence++);
        last.add(line);
        bytes += line.bytes();
        while (bytes > MOST_TAIL_BYTES) {
          bytes -= last.remove().bytes();
        }
      }
    }
    List<Line> oldestFirst = new ArrayList<>(last.size());
    while (!last.isEmpty()) {
      oldestFirst.add(last.remove());
    }
    return oldestFirst;
  }

  private boolean send(List<Line> lines) throws InterruptedException {
    LogChunk.Builder chunk = chunk();
    int bytes = 0;
    for (Line line : lines) {
      chunk.addLines(message(line));
      bytes += line.bytes();
      if (bytes >= CHUNK_BYTES) {
        if (!sink.send(chunk.build())) {
          return false;
        }
        chunk = chunk();
        bytes = 0;
      }
    }
    return bytes == 0 || sink.send(chunk.build());
  }

  private LogChunk.Builder chunk() {
    return LogChunk.newBuilder().setStreamId(wanted.getStreamId());
  }

  private LogChunk.Line message(Line line) {
    LogRecord record = line.record();
    return LogChunk.Line.newBuilder()
        .setPlacementId(line.id().value())
        .setLine(
            LogLine.newBuilder()
                .setAt(record.at().toEpochMilli())
                .setInstance(names.apply(line.id()))
                .setSource(
                    switch (record.source()) {
                      case STDOUT -> LogLine.Source.STDOUT;
                      case STDERR -> LogLine.Source.STDERR;
                      case PLATFORM -> LogLine.Source.PLATFORM;
                    })
                .setText(record.text()))
        .build();
  }
}
