package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.LogLine;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One caller's reading of lines from some agents, one stream for each time that one was asked.
 *
 * <p>Holds at most a thousand lines; beyond that the agents wait. Thread-safe; one thread takes.
 */
public final class LogReading implements AutoCloseable {
  private static final int MAX_LINES = 1000;

  /** What the taker finds. */
  public sealed interface Item {
    record Line(LogLine line) implements Item {}

    /** The stream's agent has begun to answer. */
    record Began(long stream) implements Item {}

    /** The stream brings no more; {@code isMissing} when its agent could not even be asked. */
    record Ended(long stream, NodeId node, Set<PlacementId> placements, boolean isMissing)
        implements Item {}
  }

  /** What one agent was asked for. */
  private record Asked(NodeId node, Map<Long, String> names, AtomicBoolean hasBegun) {
    Set<PlacementId> placements() {
      return names.keySet().stream().map(PlacementId::new).collect(Collectors.toUnmodifiableSet());
    }
  }

  private final Map<Long, Asked> asked = new ConcurrentHashMap<>();
  private final BlockingQueue<Item> waiting = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(MAX_LINES);
  private final Consumer<LogReading> whenClosed;
  private final AtomicBoolean isClosed = new AtomicBoolean();

  LogReading(Consumer<LogReading> whenClosed) {
    this.whenClosed = whenClosed;
  }

  public boolean isClosed() {
    return isClosed.get();
  }

  /** The next item, or null if none came in time. */
  public @Nullable Item take(long millis) throws InterruptedException {
    Item item = waiting.poll(millis, TimeUnit.MILLISECONDS);
    if (item instanceof Item.Line) {
      room.release();
    }
    return item;
  }

  void asking(long stream, NodeId node, List<Placement> placements) {
    Map<Long, String> names = new HashMap<>();
    placements.forEach(
        placement -> names.put(placement.id().value(), placement.instance().shortName()));
    asked.put(stream, new Asked(node, names, new AtomicBoolean()));
  }

  /** Waits while the taker is behind; false when it has left or this node was not asked. */
  boolean put(NodeId node, LogChunk chunk) throws InterruptedException {
    Asked of = asked.get(chunk.getStreamId());
    if (of == null || !of.node().equals(node)) {
      return false;
    }
    if (!of.hasBegun().getAndSet(true)) {
      waiting.add(new Item.Began(chunk.getStreamId()));
    }
    for (LogChunk.Line line : chunk.getLinesList()) {
      String instance = of.names().get(line.getPlacementId());
      if (instance != null && !put(line.getLine().toBuilder().setInstance(instance).build())) {
        return false;
      }
    }
    return !isClosed.get();
  }

  private boolean put(LogLine line) throws InterruptedException {
    while (!isClosed.get()) {
      if (room.tryAcquire(1, TimeUnit.SECONDS)) {
        waiting.add(new Item.Line(line));
        return true;
      }
    }
    return false;
  }

  void ended(long stream) {
    over(stream, false);
  }

  void missing(long stream) {
    over(stream, true);
  }

  private void over(long stream, boolean isMissing) {
    Asked of = asked.remove(stream);
    if (of != null) {
      waiting.add(new Item.Ended(stream, of.node(), of.placements(), isMissing));
    }
  }

  Map<Long, NodeId> streams() {
    Map<Long, NodeId> open = new HashMap<>();
    asked.forEach((stream, of) -> open.put(stream, of.node()));
    return open;
  }

  @Override
  public void close() {
    if (!isClosed.getAndSet(true)) {
      whenClosed.accept(this);
    }
  }
}
