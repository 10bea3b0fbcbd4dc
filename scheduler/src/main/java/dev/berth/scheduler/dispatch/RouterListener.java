package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.RouteMessage;
import dev.berth.proto.v1.RouterHello;
import dev.berth.proto.v1.RouterMessage;
import dev.berth.proto.v1.RouterSignals;
import dev.berth.scheduler.state.Event;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes in from one router: hello first, then acknowledgements and beats. Takes one message at
 * a time. Confined to one call.
 */
final class RouterListener implements StreamObserver<RouterMessage> {
  private static final Logger log = LoggerFactory.getLogger(RouterListener.class);

  private final String proven;
  private final long connection;
  private final Term term;
  private final ServerCallStreamObserver<RouteMessage> out;
  private volatile @Nullable RouterStream stream;
  private boolean isOver;

  RouterListener(
      String proven, long connection, Term term, ServerCallStreamObserver<RouteMessage> out) {
    this.proven = proven;
    this.connection = connection;
    this.term = term;
    this.out = out;
    out.setOnReadyHandler(this::ready);
    out.setOnCancelHandler(this::gone);
    out.disableAutoRequest();
    out.request(1);
  }

  @Override
  public void onNext(RouterMessage message) {
    if (isOver) {
      return;
    }
    RouterStream open = stream;
    switch (message.getMessageCase()) {
      case HELLO -> greet(message.getHello());
      case ACKNOWLEDGE ->
          offer(
              open,
              new Event.RouterAcknowledged(
                  proven,
                  connection,
                  message.getAcknowledge().getEpoch(),
                  message.getAcknowledge().getVersion()));
      case SIGNALS -> take(open, message.getSignals());
      case BEAT, MESSAGE_NOT_SET -> offer(open, new Event.RouterBeat(proven, connection));
    }
    out.request(1);
  }

  /** Summed up beside the loop, which hears of it every few seconds only. */
  private void take(@Nullable RouterStream open, RouterSignals told) {
    if (open == null) {
      offer(null, new Event.RouterBeat(proven, connection));
    } else {
      term.signals()
          .take(proven, told, term.latest())
          .ifPresent(signals -> offer(open, new Event.SignalsTold(signals)));
    }
  }

  private void greet(RouterHello hello) {
    if (stream != null || !hello.getRouter().equals(proven)) {
      isOver = true;
      if (stream == null) {
        out.onError(Speaker.ROUTER.refused(hello.getRouter()));
      }
      return;
    }
    RouterStream opened = new RouterStream(proven, connection, term, out);
    stream = opened;
    term.add(opened);
    offer(opened, new Event.RouterConnected(proven, connection));
    opened.ready();
    log.info("router {} connected, serving version {}", proven, hello.getVersion());
  }

  private void offer(@Nullable RouterStream open, Event event) {
    if (open == null) {
      isOver = true;
      out.onError(
          Status.INVALID_ARGUMENT
              .withDescription("the first message must be hello")
              .asRuntimeException());
    } else if (!term.offer(event)) {
      isOver = true;
      open.end("the scheduler is busy; connect again");
    }
  }

  private void ready() {
    RouterStream open = stream;
    if (open != null) {
      open.ready();
    }
  }

  @Override
  public void onError(Throwable failure) {
    gone();
  }

  @Override
  public void onCompleted() {
    RouterStream open = stream;
    if (open == null) {
      out.onCompleted();
    } else {
      open.end("the router closed the stream");
    }
    gone();
  }

  private void gone() {
    isOver = true;
    RouterStream open = stream;
    if (open != null) {
      stream = null;
      term.remove(open);
      term.offer(new Event.RouterDisconnected(proven, connection));
      log.info("router {} disconnected", proven);
    }
  }
}
