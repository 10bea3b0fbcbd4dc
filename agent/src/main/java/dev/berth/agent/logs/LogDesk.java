package dev.berth.agent.logs;

import dev.berth.agent.control.NodeView;
import dev.berth.agent.order.InstanceName;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Placement;
import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.LogsWanted;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves those who want logs, each on a virtual thread.
 *
 * <p>Serves at most {@value #MOST_STREAMS} at a time; one more is ended at once. Thread-safe.
 */
public final class LogDesk implements LogReading, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogDesk.class);
  static final int MOST_STREAMS = 32;
  private static final int MOST_TAILS = 2;

  private final LogFiles files;
  private final Supplier<NodeView> view;
  private final Semaphore tails = new Semaphore(MOST_TAILS);
  private final Map<Long, Thread> streams = new ConcurrentHashMap<>();

  public LogDesk(LogFiles files, Supplier<NodeView> view) {
    this.files = files;
    this.view = view;
  }

  @Override
  public void open(LogsWanted wanted, LogSink sink) {
    long stream = wanted.getStreamId();
    Thread thread = Thread.ofVirtual().unstarted(() -> serve(wanted, sink));
    if (streams.size() >= MOST_STREAMS || streams.putIfAbsent(stream, thread) != null) {
      LOG.warn("log stream {} is not served: {} are being read", stream, streams.size());
      sink.complete();
      return;
    }
    thread.start();
  }

  @Override
  public void close(long stream) {
    Thread thread = streams.get(stream);
    if (thread != null) {
      thread.interrupt();
    }
  }

  @Override
  public void closeAll() {
    streams.keySet().forEach(this::close);
  }

  @Override
  public void close() {
    closeAll();
  }

  private void serve(LogsWanted wanted, LogSink sink) {
    try {
      var logs =
          wanted.getPlacementIdsList().stream()
              .filter(id -> id > 0)
              .distinct()
              .map(PlacementId::new)
              .map(id -> new InstanceLog(id, files, () -> incarnation(id)))
              .toList();
      if (sink.send(LogChunk.newBuilder().setStreamId(wanted.getStreamId()).build())) {
        new LogStream(wanted, logs, this::name, sink, tails).run();
      }
    } catch (InterruptedException left) {
      Thread.currentThread().interrupt();
    } catch (IOException failure) {
      LOG.warn("log stream {} ended early", wanted.getStreamId(), failure);
    } finally {
      streams.remove(wanted.getStreamId());
      sink.complete();
    }
  }

  private int incarnation(PlacementId id) {
    return view.get().placement(id).map(Placement::incarnation).orElse(0);
  }

  private String name(PlacementId id) {
    return view.get().instance(id).map(InstanceName::shortName).orElse("");
  }
}
