package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.RouteFeedGrpc;
import dev.berth.proto.v1.RouteMessage;
import dev.berth.proto.v1.RouterMessage;
import dev.berth.scheduler.wire.Opening;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * Where routers connect. Only a certificate {@code router:NAME} may, and under that name alone.
 * Thread-safe.
 */
public final class RouteFeedService extends RouteFeedGrpc.RouteFeedImplBase {
  private final Dispatch dispatch;

  public RouteFeedService(Dispatch dispatch) {
    this.dispatch = dispatch;
  }

  @Override
  public StreamObserver<RouterMessage> follow(StreamObserver<RouteMessage> out) {
    return Opening.of(
        out,
        () ->
            new RouterListener(
                Speaker.ROUTER.require(),
                dispatch.nextConnection(),
                dispatch.require(),
                (ServerCallStreamObserver<RouteMessage>) out));
  }
}
