package dev.berth.simulation.campaign;

import dev.berth.identity.Peer;
import dev.berth.proto.v1.Acknowledge;
import dev.berth.proto.v1.AgentMessage;
import dev.berth.proto.v1.Beat;
import dev.berth.proto.v1.ImagesHeld;
import dev.berth.proto.v1.Order;
import dev.berth.proto.v1.PlacementStatus;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.proto.v1.StatusBatch;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.Placement;
import dev.berth.simulation.world.Violation;
import dev.berth.simulation.world.World;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One node with its agent: keeps the contract of AgentLink, starts two containers a second at most,
 * and fetches an image when it is asked to or needs it.
 *
 * <p>Where a container ends that should answer, it says so if that leaves its app with too few.
 * Confined to the world's thread.
 */
final class SimNode {
  static final long START_EVERY_MICROS = 500_000;
  private static final long FLUSH_MICROS = 20_000;
  private static final int STUBBORN_PERCENT = 1;
  private static final long GRACE_MICROS = 10_000_000;

  private final Surroundings around;
  private final KnownNode known;
  private final int number;
  private final Map<Long, Cell> cells = new HashMap<>();
  private @Nullable StreamObserver<AgentMessage> up;
  private StatusBatch.Builder told = StatusBatch.newBuilder();
  private boolean isFlushPlanned;
  private long lastDue;
  private long nextStart;
  private long imageAt = -1;
  private boolean isImageHeld;

  /** A container, or what is to become one. */
  private static final class Cell {
    final Crew crew;
    final int index;
    boolean isHealthy;
    boolean isToStop;

    Cell(Crew crew, int index) {
      this.crew = crew;
      this.index = index;
    }
  }

  SimNode(Surroundings around, KnownNode known, int number) {
    this.around = around;
    this.known = known;
    this.number = number;
  }

  /** What runs there from the beginning. */
  void holds(Collection<Placement> placements) {
    for (Placement placement : placements) {
      Crew crew = around.crew(placement.instance().type().toString());
      var cell = new Cell(crew, placement.instance().index());
      cell.isHealthy = true;
      crew.comesUp(cell.index);
      cells.put(placement.id().value(), cell);
    }
  }

  void connect() {
    var out = new Downlink<SchedulerMessage>(world(), around.random(), this::obey);
    Context context = Context.current().withValue(Peer.NAME, "agent:" + known.id().name());
    Context before = context.attach();
    try {
      up = around.scheduler().agentLinks().connect(out);
    } finally {
      context.detach(before);
    }
    var hello = LaidFleet.hello(known.id(), known.capacity(), number);
    cells.keySet().stream().sorted().forEach(id -> hello.addPlacements(running(id)));
    send(AgentMessage.newBuilder().setHello(hello).build());
  }

  void beat() {
    send(AgentMessage.newBuilder().setBeat(Beat.getDefaultInstance()).build());
  }

  /** Starts that wait for the ones before them. */
  long queued() {
    return Math.max(0, (nextStart - world().now()) / START_EVERY_MICROS);
  }

  private World world() {
    return around.world();
  }

  private void send(AgentMessage message) {
    StreamObserver<AgentMessage> to = up;
    if (to != null) {
      lastDue = Math.max(lastDue, world().now() + around.micros(500, 3_000));
      world()
          .after(
              lastDue - world().now(),
              "up",
              () -> around.scheduler().hear(() -> to.onNext(message)));
    }
  }

  private void tell(PlacementStatus status) {
    told.addPlacements(status);
    if (!isFlushPlanned) {
      isFlushPlanned = true;
      world().after(FLUSH_MICROS, "flush", this::flush);
    }
  }

  private void flush() {
    isFlushPlanned = false;
    send(AgentMessage.newBuilder().setStatus(told).build());
    told = StatusBatch.newBuilder();
  }

  // --- orders
  // --------------------------------------------------------------------------------------

  private void obey(SchedulerMessage message) {
    switch (message.getMessageCase()) {
      case DESIRED_STATE -> {
        var full = message.getDesiredState();
        obey(full.getOrdersList());
        acknowledge(full.getEpoch(), full.getRevision());
      }
      case DESIRED_DELTA -> {
        var delta = message.getDesiredDelta();
        delta.getDroppedList().forEach(this::drop);
        obey(delta.getOrdersList());
        acknowledge(delta.getEpoch(), delta.getRevision());
      }
      case IMAGES_WANTED -> {
        if (message.getImagesWanted().getDigestsList().contains(LaidFleet.SECOND.hex())) {
          fetch();
        }
      }
      case WELCOME, LOGS_WANTED, LOGS_UNWANTED, VERIFY_WANTED, MESSAGE_NOT_SET -> {}
    }
  }

  private void acknowledge(long epoch, long revision) {
    send(
        AgentMessage.newBuilder()
            .setAcknowledge(Acknowledge.newBuilder().setEpoch(epoch).setRevision(revision))
            .build());
  }

  private void obey(List<Order> orders) {
    for (Order order : orders) {
      Cell cell = cells.get(order.getPlacementId());
      if (order.getTarget() == Order.Target.STOP) {
        if (cell != null && !cell.isToStop) {
          stop(order.getPlacementId(), cell);
        }
      } else if (cell == null) {
        start(order);
      }
    }
  }

  private void drop(long id) {
    Cell cell = cells.remove(id);
    if (cell != null && !cell.isToStop) {
      throw new Violation("StopsAreOrdered", "placement " + id + " is dropped while it runs");
    }
  }

  private void start(Order order) {
    long id = order.getPlacementId();
    Crew crew =
        around.crew(order.getTenant() + "/" + order.getApp() + "/" + order.getProcessType());
    var cell = new Cell(crew, order.getIndex());
    cells.put(id, cell);
    long begins = Math.max(world().now(), nextStart);
    nextStart = begins + START_EVERY_MICROS;
    if (order.getSpec().getBaseDigest().equals(LaidFleet.SECOND.hex())) {
      fetch();
      begins = Math.max(begins, imageAt);
    }
    long runs = begins - world().now() + around.micros(50_000, 1_500_000);
    world().after(runs, "starts", () -> started(id, cell));
  }

  private void started(long id, Cell cell) {
    if (cell.isToStop) {
      return;
    }
    tell(
        status(id)
            .setStarting(
                PlacementStatus.Starting.newBuilder().setAddress(address(id)).setPort(5000))
            .build());
    world()
        .after(
            around.micros(500_000, 3_000_000),
            "healthy",
            () -> {
              if (!cell.isToStop) {
                cell.isHealthy = true;
                cell.crew.comesUp(cell.index);
                tell(running(id));
              }
            });
  }

  private void stop(long id, Cell cell) {
    cell.isToStop = true;
    if (cell.crew.isRouted(id)) {
      throw new Violation(
          "StopsWaitForRouters", "placement " + id + " is to stop while it gets requests");
    }
    if (cell.isHealthy) {
      cell.crew.goesDown(cell.index);
      if (cell.crew.isShort()) {
        throw new Violation(
            "AvailabilityHolds",
            "%d of %d instances of %s are down and its app allows %d"
                .formatted(
                    cell.crew.down(), cell.crew.count(), cell.crew.name(), cell.crew.bearable()));
      }
    }
    boolean isStubborn = around.random().nextInt(100) < STUBBORN_PERCENT;
    world()
        .after(
            isStubborn ? GRACE_MICROS : around.micros(20_000, 2_000_000),
            "stopped",
            () ->
                tell(status(id).setStopped(PlacementStatus.Stopped.getDefaultInstance()).build()));
  }

  private void fetch() {
    if (imageAt < 0) {
      imageAt = world().now() + around.micros(20_000_000, 60_000_000);
      world()
          .after(
              imageAt - world().now(),
              "fetched",
              () -> {
                isImageHeld = true;
                send(
                    AgentMessage.newBuilder()
                        .setImages(
                            ImagesHeld.newBuilder()
                                .addDigests(LaidFleet.FIRST.hex())
                                .addDigests(LaidFleet.SECOND.hex()))
                        .build());
              });
    }
  }

  boolean isImageHeld() {
    return isImageHeld;
  }

  private PlacementStatus.Builder status(long id) {
    return PlacementStatus.newBuilder().setPlacementId(id).setIncarnation(1);
  }

  private PlacementStatus running(long id) {
    return status(id)
        .setRunning(PlacementStatus.Running.newBuilder().setAddress(address(id)).setPort(5000))
        .build();
  }

  private String address(long id) {
    return "10." + (number >> 8) + "." + (number & 0xff) + "." + (1 + id % 250);
  }
}
