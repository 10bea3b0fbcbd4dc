package dev.berth.simulation.campaign;

import dev.berth.identity.Peer;
import dev.berth.proto.v1.Pool;
import dev.berth.proto.v1.RouteAcknowledge;
import dev.berth.proto.v1.RouteMessage;
import dev.berth.proto.v1.RouterBeat;
import dev.berth.proto.v1.RouterHello;
import dev.berth.proto.v1.RouterMessage;
import dev.berth.simulation.world.Violation;
import dev.berth.simulation.world.World;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A router without its proxy: puts each table in force after a moment and acknowledges it.
 *
 * <p>A pool that lacks more instances than its app allows is a violation. Confined to the world's
 * thread.
 */
final class SimRouter {
  private static final String NAME = "router-1";

  private final Surroundings around;
  private @Nullable StreamObserver<RouterMessage> up;
  private long lastDue;
  private long lastUse;

  SimRouter(Surroundings around) {
    this.around = around;
  }

  void connect() {
    var out = new Downlink<RouteMessage>(world(), around.random(), this::arrived);
    Context before = Context.current().withValue(Peer.NAME, "router:" + NAME).attach();
    try {
      up = around.scheduler().routeFeeds().follow(out);
    } finally {
      Context.current().detach(before);
    }
    send(RouterMessage.newBuilder().setHello(RouterHello.newBuilder().setRouter(NAME)).build());
  }

  void beat() {
    send(RouterMessage.newBuilder().setBeat(RouterBeat.getDefaultInstance()).build());
  }

  private World world() {
    return around.world();
  }

  private void send(RouterMessage message) {
    StreamObserver<RouterMessage> to = up;
    if (to != null) {
      lastDue = Math.max(lastDue, world().now() + around.micros(500, 3_000));
      world()
          .after(
              lastDue - world().now(),
              "up",
              () -> around.scheduler().hear(() -> to.onNext(message)));
    }
  }

  private void arrived(RouteMessage message) {
    lastUse = Math.max(lastUse, world().now() + around.micros(100, 5_000));
    world().after(lastUse - world().now(), "in force", () -> use(message));
  }

  private void use(RouteMessage message) {
    switch (message.getMessageCase()) {
      case TABLE -> {
        put(message.getTable().getPoolsList());
        acknowledge(message.getTable().getEpoch(), message.getTable().getVersion());
      }
      case DELTA -> {
        message.getDelta().getRemovedPoolsList().forEach(it -> around.crew(it).routed(new long[0]));
        put(message.getDelta().getPoolsList());
        acknowledge(message.getDelta().getEpoch(), message.getDelta().getVersion());
      }
      case MESSAGE_NOT_SET -> {}
    }
  }

  private void acknowledge(long epoch, long version) {
    send(
        RouterMessage.newBuilder()
            .setAcknowledge(RouteAcknowledge.newBuilder().setEpoch(epoch).setVersion(version))
            .build());
  }

  private void put(List<Pool> pools) {
    for (Pool pool : pools) {
      Crew crew = around.crews().get(pool.getId());
      if (crew == null) {
        continue; // an app without web instances has a pool too
      }
      var routed = new long[pool.getRoutesCount()];
      Set<String> instances = new HashSet<>();
      for (int at = 0; at < routed.length; at++) {
        routed[at] = pool.getRoutes(at).getPlacementId();
        instances.add(pool.getRoutes(at).getInstance());
      }
      crew.routed(routed);
      if (instances.size() < crew.count() - crew.bearable()) {
        throw new Violation(
            "AvailabilityHolds",
            "requests reach %d of %d instances of %s and its app allows %d to be missing"
                .formatted(instances.size(), crew.count(), crew.name(), crew.bearable()));
      }
    }
  }
}
