package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.LogsWanted;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Map<Long, LogReading> readings = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();

  public Logs(Dispatch dispatch) {
    this.dispatch = dispatch;
  }

  /** Begins to read; nothing when too many are reading already. */
  public Optional<LogReading> read(Collection<Placement> placements, int tail, boolean follow) {
    if (readings.size() >= MAX_READINGS) {
      return Optional.empty();
    }
    Map<NodeId, List<Placement>> byNode = new TreeMap<>();
    for (Placement placement : placements) {
      byNode.computeIfAbsent(placement.node(), _ -> new ArrayList<>()).add(placement);
    }
    long id = lastId.incrementAndGet();
    LogReading reading = new LogReading(id, byNode, this::forget);
    readings.put(id, reading);
    byNode.forEach((node, wanted) -> ask(reading, node, wanted, tail, follow));
    return Optional.of(reading);
  }

  Optional<LogReading> find(long id) {
    return Optional.ofNullable(readings.get(id));
  }

  private void ask(
      LogReading reading, NodeId node, List<Placement> wanted, int tail, boolean follow) {
    LogsWanted.Builder message =
        LogsWanted.newBuilder().setStreamId(reading.id()).setTail(tail).setFollow(follow);
    wanted.forEach(placement -> message.addPlacementIds(placement.id().value()));
    boolean isAsked =
        dispatch
            .term()
            .map(term -> term.agent(node))
            .map(stream -> stream.wantLogs(message.build()))
            .orElse(false);
    if (!isAsked) {
      reading.missing(node);
    }
  }

  private void forget(LogReading reading) {
    readings.remove(reading.id());
    dispatch
        .term()
        .ifPresent(term -> {
          for (NodeId node : reading.nodes()) {
            AgentStream stream = term.agent(node);
            if (stream != null) {
              stream.unwantLogs(reading.id());
            }
          }
        });
  }
}
