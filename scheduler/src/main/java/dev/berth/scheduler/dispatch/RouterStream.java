package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.RouteMessage;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.routes.Pool;
import dev.berth.scheduler.routes.RouteDelta;
import dev.berth.scheduler.routes.RouteTable;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.wire.Pump;
import dev.berth.scheduler.wire.Routes;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * What goes out to one router: the whole table once, then what changed.
 *
 * <p>Sends nothing before the routes are complete. Remembers only which pools and hostnames were
 * touched; each delta leads from the version sent last to the newest. All sending is done by the
 * pump. Thread-safe.
 */
final class RouterStream {
  /** Beyond this the whole table is cheaper and is sent again. */
  private static final int MAX_TOUCHED = 100_000;

  private final String router;
  private final long connection;
  private final Term term;
  private final ServerCallStreamObserver<RouteMessage> out;
  private final Pump pump;
  private final ConcurrentSkipListSet<ProcessTypeId> pools = new ConcurrentSkipListSet<>();
  private final ConcurrentSkipListSet<String> hosts = new ConcurrentSkipListSet<>();
  private volatile String ending = "";
  // The two below belong to the pump.
  private long sentVersion = -1;
  private boolean isClosed;

  RouterStream(
      String router, long connection, Term term, ServerCallStreamObserver<RouteMessage> out) {
    this.router = router;
    this.connection = connection;
    this.term = term;
    this.out = out;
    this.pump = new Pump(term.executor(), this::send);
  }

  String router() {
    return router;
  }

  long connection() {
    return connection;
  }

  void changed(RouteDelta delta) {
    delta.pools().forEach(pool -> pools.add(pool.id()));
    pools.addAll(delta.removedPools());
    hosts.addAll(delta.hosts().keySet());
    hosts.addAll(delta.removedHosts());
    pump.signal();
  }

  void ready() {
    pump.signal();
  }

  void end(String why) {
    ending = why;
    pump.signal();
  }

  private void send() {
    if (isClosed || out.isCancelled()) {
      return;
    }
    if (!ending.isEmpty()) {
      isClosed = true;
      out.onError(Status.UNAVAILABLE.withDescription(ending).asRuntimeException());
    } else if (out.isReady() && term.latest().routesReady()) {
      if (sentVersion < 0 || pools.size() + hosts.size() > MAX_TOUCHED) {
        sendAll();
      } else {
        sendDelta();
      }
    }
  }

  private void sendAll() {
    pools.clear(); // before the snapshot is read: what is touched from here on is sent again
    hosts.clear();
    Snapshot snapshot = term.latest();
    sentVersion = snapshot.routes().version();
    out.onNext(
        RouteMessage.newBuilder()
            .setTable(Routes.table(snapshot.epoch(), snapshot.routes()))
            .build());
  }

  private void sendDelta() {
    dev.berth.proto.v1.RouteDelta.Builder delta = dev.berth.proto.v1.RouteDelta.newBuilder();
    var changedPools = drained(pools);
    var changedHosts = drained(hosts);
    Snapshot snapshot = term.latest();
    RouteTable table = snapshot.routes();
    if (table.version() == sentVersion) {
      return;
    }
    for (ProcessTypeId id : changedPools) {
      Pool pool = table.pools().get(id);
      if (pool == null) {
        delta.addRemovedPools(id.toString());
      } else {
        delta.addPools(Routes.pool(pool));
      }
    }
    for (String hostname : changedHosts) {
      ProcessTypeId pool = table.hosts().get(hostname);
      if (pool == null) {
        delta.addRemovedHosts(hostname);
      } else {
        delta.addHosts(Routes.host(hostname, pool));
      }
    }
    delta.setEpoch(snapshot.epoch()).setFromVersion(sentVersion).setVersion(table.version());
    sentVersion = table.version();
    out.onNext(RouteMessage.newBuilder().setDelta(delta).build());
  }

  private static <T> List<T> drained(ConcurrentSkipListSet<T> set) {
    var drained = new ArrayList<T>();
    for (T next = set.pollFirst(); next != null; next = set.pollFirst()) {
      drained.add(next);
    }
    return drained;
  }
}
