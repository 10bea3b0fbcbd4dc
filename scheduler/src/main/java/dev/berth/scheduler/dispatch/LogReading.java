package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.LogLine;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One caller's reading of lines from some agents.
 *
 * <p>Holds at most a thousand lines; beyond that the agents wait. Ends once every agent has ended
 * or the caller closes it. Thread-safe; one thread takes.
 */
public final class LogReading implements AutoCloseable {
  private static final int MAX_WAITING = 1000;

  /** What the taker finds: a line, or that a node will send no more. */
  public sealed interface Item {
    record Line(LogLine line) implements Item {}

    /** A node has sent its last line; {@code isMissing} when it could not even be asked. */
    record NodeEnded(NodeId node, boolean isMissing) implements Item {}
  }

  private final long id;
  private final Map<NodeId, Map<Long, String>> names = new HashMap<>();
  private final Set<NodeId> open = new ConcurrentSkipListSet<>();
  private final BlockingQueue<Item> waiting;
  private final Consumer<LogReading> whenClosed;
  private volatile boolean isClosed;

  LogReading(long id, Map<NodeId, List<Placement>> byNode, Consumer<LogReading> whenClosed) {
    this.id = id;
    this.whenClosed = whenClosed;
    this.waiting = new ArrayBlockingQueue<>(MAX_WAITING + byNode.size());
    byNode.forEach((node, placements) -> {
      Map<Long, String> of = new HashMap<>();
      placements.forEach(
          placement -> of.put(placement.id().value(), placement.instance().shortName()));
      names.put(node, of);
      open.add(node);
    });
  }

  long id() {
    return id;
  }

  public Set<NodeId> nodes() {
    return names.keySet();
  }

  public boolean isClosed() {
    return isClosed;
  }

  /** The next item, or null if none came in time. */
  public @Nullable Item take(long millis) throws InterruptedException {
    return waiting.poll(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits while the taker is behind; false when it has left or the node was not asked. */
  boolean put(NodeId node, LogChunk chunk) throws InterruptedException {
    Map<Long, String> asked = names.get(node);
    if (asked == null) {
      return false;
    }
    for (LogChunk.Line line : chunk.getLinesList()) {
      String instance = asked.get(line.getPlacementId());
      if (instance != null && !put(named(line.getLine(), instance))) {
        return false;
      }
    }
    return !isClosed;
  }

  void ended(NodeId node) throws InterruptedException {
    if (open.remove(node)) {
      put(new Item.NodeEnded(node, false));
    }
  }

  void missing(NodeId node) {
    if (open.remove(node) && !waiting.offer(new Item.NodeEnded(node, true))) {
      throw new IllegalStateException("a new reading is full already");
    }
  }

  private static Item named(LogLine line, String instance) {
    return new Item.Line(line.toBuilder().setInstance(instance).build());
  }

  private boolean put(Item item) throws InterruptedException {
    while (!isClosed) {
      if (waiting.offer(item, 1, TimeUnit.SECONDS)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      waiting.clear();
      whenClosed.accept(this);
    }
  }
}
