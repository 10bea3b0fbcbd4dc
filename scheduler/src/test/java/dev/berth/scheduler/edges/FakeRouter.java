package dev.berth.scheduler.edges;

import dev.berth.proto.v1.Host;
import dev.berth.proto.v1.Pool;
import dev.berth.proto.v1.RouteAcknowledge;
import dev.berth.proto.v1.RouteFeedGrpc;
import dev.berth.proto.v1.RouteMessage;
import dev.berth.proto.v1.RouterHello;
import dev.berth.proto.v1.RouterMessage;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A router that serves and acknowledges whatever it is told. */
final class FakeRouter implements StreamObserver<RouteMessage> {
  final Map<String, Pool> pools = new ConcurrentHashMap<>();
  final Map<String, String> hosts = new ConcurrentHashMap<>();
  final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private final StreamObserver<RouterMessage> out;
  private long version;

  FakeRouter(Channel channel, String name) {
    out = RouteFeedGrpc.newStub(channel).follow(this);
    out.onNext(
        RouterMessage.newBuilder().setHello(RouterHello.newBuilder().setRouter(name)).build());
  }

  int routes(String hostname) {
    Pool pool = pools.get(hosts.getOrDefault(hostname, ""));
    return pool == null ? 0 : pool.getRoutesCount();
  }

  @Override
  public synchronized void onNext(RouteMessage message) {
    long epoch = 0;
    switch (message.getMessageCase()) {
      case TABLE -> {
        pools.clear();
        hosts.clear();
        message.getTable().getPoolsList().forEach(this::put);
        message.getTable().getHostsList().forEach(this::put);
        version = message.getTable().getVersion();
        epoch = message.getTable().getEpoch();
      }
      case DELTA -> {
        if (message.getDelta().getFromVersion() != version) {
          complaints.add(
              "delta from " + message.getDelta().getFromVersion() + " came at " + version);
        }
        message.getDelta().getPoolsList().forEach(this::put);
        message.getDelta().getHostsList().forEach(this::put);
        message.getDelta().getRemovedPoolsList().forEach(pools::remove);
        message.getDelta().getRemovedHostsList().forEach(hosts::remove);
        version = message.getDelta().getVersion();
        epoch = message.getDelta().getEpoch();
      }
      case MESSAGE_NOT_SET -> {}
    }
    out.onNext(
        RouterMessage.newBuilder()
            .setAcknowledge(RouteAcknowledge.newBuilder().setEpoch(epoch).setVersion(version))
            .build());
  }

  private void put(Pool pool) {
    pools.put(pool.getId(), pool);
  }

  private void put(Host host) {
    hosts.put(host.getHostname(), host.getPoolId());
  }

  @Override
  public void onError(Throwable failure) {}

  @Override
  public void onCompleted() {}
}
