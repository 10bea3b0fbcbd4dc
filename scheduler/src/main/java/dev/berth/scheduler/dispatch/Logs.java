package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.LogsWanted;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks agents for lines and gives what they send to who asked.
 *
 * <p>A line counts only when it comes from the node that has the placement. At most so many
 * readings at a time. Thread-safe.
 */
public final class Logs {
  static final int MAX_READINGS = 500;

  private final Dispatch dispatch;
  private final Map<Long, LogReading> streams = new ConcurrentHashMap<>();
  private final AtomicInteger readings = new AtomicInteger();
  private final AtomicLong lastStream = new AtomicLong();

  public Logs(Dispatch dispatch) {
    this.dispatch = dispatch;
  }

  /** A new reading, which asks nobody yet; nothing when there are too many already. */
  public Optional<LogReading> open() {
    if (readings.incrementAndGet() > MAX_READINGS) {
      readings.decrementAndGet();
      return Optional.empty();
    }
    return Optional.of(new LogReading(this::forget));
  }

  /**
   * Asks for the lines of these placements too: the last ones and, if wanted, what follows. One
   * stream for each node; each ends once.
   */
  public Set<Long> ask(
      LogReading reading, Collection<Placement> placements, int tail, boolean follow) {
    Map<NodeId, List<Placement>> byNode = new TreeMap<>();
    for (Placement placement : placements) {
      byNode.computeIfAbsent(placement.node(), _ -> new ArrayList<>()).add(placement);
    }
    Set<Long> opened = new HashSet<>();
    byNode.forEach((node, wanted) -> {
      long stream = lastStream.incrementAndGet();
      LogsWanted.Builder message =
          LogsWanted.newBuilder().setStreamId(stream).setTail(tail).setFollow(follow);
      wanted.forEach(placement -> message.addPlacementIds(placement.id().value()));
      reading.asking(stream, node, wanted);
      streams.put(stream, reading);
      opened.add(stream);
      if (!send(node, message.build())) {
        streams.remove(stream);
        reading.missing(stream);
      }
    });
    return opened;
  }

  Optional<LogReading> find(long stream) {
    return Optional.ofNullable(streams.get(stream));
  }

  private boolean send(NodeId node, LogsWanted message) {
    return dispatch
        .term()
        .map(term -> term.agent(node))
        .map(stream -> stream.wantLogs(message))
        .orElse(false);
  }

  private void forget(LogReading reading) {
    readings.decrementAndGet();
    reading
        .streams()
        .forEach((stream, node) -> {
          streams.remove(stream);
          dispatch
              .term()
              .map(term -> term.agent(node))
              .ifPresent(agent -> agent.unwantLogs(stream));
        });
  }
}
