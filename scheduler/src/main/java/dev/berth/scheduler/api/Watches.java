package dev.berth.scheduler.api;

import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.Event;
import dev.berth.proto.v1.InstanceList;
import dev.berth.proto.v1.ListEventsRequest;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Published;
import dev.berth.scheduler.control.Subscription;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Pump;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls that stay open and follow the committed state.
 *
 * <p>A watcher that reads slowly skips states, never events; nothing is queued for it. At most a
 * thousand at a time. A watch ends with UNAVAILABLE when the term does. Thread-safe.
 */
final class Watches implements Leadership.Follower {
  private static final int MAX_WATCHES = 1000;

  private final Desk desk;
  private final Executor executor;
  private final AtomicInteger open = new AtomicInteger();
  private final Set<Running<?>> running = ConcurrentHashMap.newKeySet();

  Watches(Desk desk, Executor executor) {
    this.desk = desk;
    this.executor = executor;
  }

  int open() {
    return open.get();
  }

  void instances(AppName name, StreamObserver<InstanceList> out) {
    start(
        out,
        (asked, stream) -> new InstanceWatch(desk, asked.app(name).id(), asked.caller(), stream));
  }

  void events(ListEventsRequest request, StreamObserver<Event> out) {
    start(out, (asked, stream) -> new EventWatch(desk, Events.Filter.of(request, asked), stream));
  }

  @Override
  public void began(Control control) {}

  @Override
  public void ended(Control control) {
    running.forEach(Running::termEnded);
  }

  /** What a watch does whenever something may have changed and the reader can take it. */
  interface Watch {
    /** False when the watch is over. */
    boolean look();
  }

  private interface Start<A> {
    Watch begin(Desk.Asked asked, ServerCallStreamObserver<A> out);
  }

  private <A> void start(StreamObserver<A> observer, Start<A> start) {
    ServerCallStreamObserver<A> out = (ServerCallStreamObserver<A>) observer;
    try {
      Desk.Asked asked = desk.asked();
      Watch watch = start.begin(asked, out);
      if (open.incrementAndGet() > MAX_WATCHES) {
        open.decrementAndGet();
        throw Refusing.asStatus(
            RefusalCode.BUSY,
            "",
            "there are " + MAX_WATCHES + " watches already",
            "end some, or poll with a list call");
      }
      new Running<>(watch, out).run(asked);
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
    }
  }

  /** One open watch. */
  private final class Running<A> {
    private final Watch watch;
    private final ServerCallStreamObserver<A> out;
    private final Pump pump;
    private volatile boolean isTermOver;
    private boolean hasJoined; // belongs to the publisher
    private boolean isOver; // belongs to the pump

    Running(Watch watch, ServerCallStreamObserver<A> out) {
      this.watch = watch;
      this.out = out;
      this.pump = new Pump(executor, this::step);
    }

    void run(Desk.Asked asked) {
      running.add(this);
      out.setOnReadyHandler(pump::signal);
      Subscription subscription = asked.control().subscribe(this::published);
      out.setOnCancelHandler(() -> close(subscription));
      out.setOnCloseHandler(() -> close(subscription));
      pump.signal();
    }

    /**
     * Beats alone change nothing that a watcher sees; but the first call, which says from where on
     * it is told, may come after passes that it was not told of.
     */
    private void published(Published pass) {
      if (!hasJoined || !pass.changes().isEmpty() || !pass.reported().isEmpty()) {
        hasJoined = true;
        pump.signal();
      }
    }

    void termEnded() {
      isTermOver = true;
      pump.signal();
    }

    private void step() {
      if (isOver || out.isCancelled()) {
        return;
      }
      try {
        if (isTermOver) {
          throw desk.notLeading();
        }
        if (!out.isReady()) {
          return; // the ready handler signals again
        }
        isOver = !watch.look();
        if (isOver) {
          out.onCompleted();
        }
      } catch (StatusRuntimeException refused) {
        isOver = true;
        out.onError(refused);
      }
    }

    private void close(Subscription subscription) {
      subscription.close();
      running.remove(this);
      open.decrementAndGet();
    }
  }

  /** An app's instances: the newest list, if it differs from the one sent last. */
  private static final class InstanceWatch implements Watch {
    private final Desk desk;
    private final AppId id;
    private final Caller caller;
    private final ServerCallStreamObserver<InstanceList> out;
    private InstanceList sent = InstanceList.getDefaultInstance();

    InstanceWatch(Desk desk, AppId id, Caller caller, ServerCallStreamObserver<InstanceList> out) {
      this.desk = desk;
      this.id = id;
      this.caller = caller;
      this.out = out;
    }

    @Override
    public boolean look() {
      var snapshot = desk.control().snapshot();
      Optional<App> app = snapshot.state().app(id);
      if (app.isEmpty()) {
        return false;
      }
      InstanceList now = Instances.of(snapshot, app.get(), caller);
      if (!now.toBuilder().setVersion(sent.getVersion()).build().equals(sent)) {
        sent = now;
        out.onNext(now);
      }
      return true;
    }
  }

  /** Events after the one sent last, as far as the reader takes them. */
  private static final class EventWatch implements Watch {
    private final Desk desk;
    private final Events.Filter filter;
    private final ServerCallStreamObserver<Event> out;
    private long seen;

    EventWatch(Desk desk, Events.Filter filter, ServerCallStreamObserver<Event> out) {
      this.desk = desk;
      this.filter = filter;
      this.out = out;
      this.seen = filter.after();
    }

    @Override
    public boolean look() {
      var history = desk.control().snapshot().history();
      for (var event : history.tailMap(seen, false).values()) {
        if (!out.isReady()) {
          return true; // the ready handler signals again
        }
        if (filter.accepts(event)) {
          out.onNext(Events.event(event));
        }
        seen = event.sequence();
      }
      return true;
    }
  }
}
