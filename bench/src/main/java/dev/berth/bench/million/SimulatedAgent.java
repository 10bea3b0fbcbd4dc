package dev.berth.bench.million;

import dev.berth.leader.Schedulers;
import dev.berth.proto.DesiredChecksum;
import dev.berth.proto.v1.Acknowledge;
import dev.berth.proto.v1.AgentMessage;
import dev.berth.proto.v1.Beat;
import dev.berth.proto.v1.Capacity;
import dev.berth.proto.v1.CheckFinding;
import dev.berth.proto.v1.DesiredState;
import dev.berth.proto.v1.Hello;
import dev.berth.proto.v1.NodeEvent;
import dev.berth.proto.v1.Order;
import dev.berth.proto.v1.PlacementStatus;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.proto.v1.StatusBatch;
import dev.berth.proto.v1.VerificationReport;
import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One agent that starts nothing: it keeps the contract of AgentLink, acknowledges each order and
 * reports at once that it runs. Looks for the leader as real agents do. Thread-safe.
 */
final class SimulatedAgent {
  private static final AgentMessage BEAT =
      AgentMessage.newBuilder().setBeat(Beat.getDefaultInstance()).build();
  private static final int FIRST_PAUSE_MILLIS = 50;
  private static final int LONGEST_PAUSE_MILLIS = 2000;
  private static final int CALLS_WITHIN = 6; // as agents do

  private final String node;
  private final Capacity capacity;
  private final Map<String, String> labels;
  private final Schedulers schedulers;
  private final Fleet fleet;
  private final Map<Long, Integer> incarnations = new HashMap<>();
  private long epochSeen;
  private int pause = FIRST_PAUSE_MILLIS;
  private int redialWithin;
  private @Nullable Session session;

  /** What all agents share. */
  record Fleet(
      Tally tally, ScheduledExecutorService timer, RandomGenerator random, Orders orders) {}

  /** Who else hears of orders. */
  interface Orders {
    void ordered(Supplier<Order> order);
  }

  SimulatedAgent(
      String node,
      Capacity capacity,
      Map<String, String> labels,
      Schedulers schedulers,
      Fleet fleet) {
    this.node = node;
    this.capacity = capacity;
    this.labels = Map.copyOf(labels);
    this.schedulers = schedulers;
    this.fleet = fleet;
  }

  String node() {
    return node;
  }

  synchronized void dial() {
    var opened = new Session();
    session = opened;
    var channel = schedulers.channel();
    channel.resetConnectBackoff();
    opened.out =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(Heard.CONNECT, CallOptions.DEFAULT), opened);
    opened.send(AgentMessage.newBuilder().setHello(hello()).build());
  }

  /** Unless it has said something else since the last time. */
  synchronized void beat() {
    Session open = session;
    if (open != null && open.isLinked && !open.hasSpoken) {
      open.send(BEAT);
    }
    if (open != null) {
      open.hasSpoken = false;
    }
  }

  /** Some placement that runs here. */
  synchronized Optional<Long> any() {
    return incarnations.keySet().stream().findFirst();
  }

  /** Tells that the placement's process has ended, in these words, and that it runs again. */
  synchronized void crash(long placement, String words) {
    Session open = session;
    Integer before = incarnations.get(placement);
    if (open == null || before == null) {
      return;
    }
    open.send(
        status(
            StatusBatch.newBuilder()
                .addPlacements(
                    PlacementStatus.newBuilder()
                        .setPlacementId(placement)
                        .setIncarnation(before)
                        .setBackoff(PlacementStatus.Backoff.getDefaultInstance()))
                .addEvents(
                    NodeEvent.newBuilder()
                        .setKind("instance.exited")
                        .setPlacementId(placement)
                        .setIncarnation(before)
                        .setMessage(words))));
    incarnations.put(placement, before + 1);
    open.send(status(StatusBatch.newBuilder().addPlacements(running(placement, before + 1))));
  }

  private Hello hello() {
    Hello.Builder hello =
        Hello.newBuilder()
            .setNode(node)
            .setBootId("simulated")
            .setAgentVersion("simulated")
            .setCapacity(capacity)
            .setArch("amd64")
            .putAllLabels(labels)
            .setRuntime("none")
            .setEpochSeen(epochSeen)
            .setVerification(
                VerificationReport.newBuilder()
                    .setAt(1)
                    .setFull(true)
                    .addFindings(
                        CheckFinding.newBuilder()
                            .setName("no-capabilities")
                            .setRequired(true)
                            .setPassed(true)));
    incarnations.forEach((id, incarnation) -> hello.addPlacements(running(id, incarnation)));
    return hello.build();
  }

  private static PlacementStatus running(long placement, int incarnation) {
    return PlacementStatus.newBuilder()
        .setPlacementId(placement)
        .setIncarnation(incarnation)
        .setRunning(
            PlacementStatus.Running.newBuilder()
                .setAddress(
                    "10."
                        + (placement >> 16 & 0xff)
                        + "."
                        + (placement >> 8 & 0xff)
                        + "."
                        + (placement & 0xff))
                .setPort(5000))
        .build();
  }

  private static AgentMessage status(StatusBatch.Builder batch) {
    return AgentMessage.newBuilder().setStatus(batch).build();
  }

  /** One stream. Its state belongs to the agent's lock. */
  private final class Session implements StreamObserver<Heard> {
    private @Nullable StreamObserver<AgentMessage> out;
    private boolean isLinked;
    private boolean isOver;
    private boolean hasSpoken;
    private long revision;

    void send(AgentMessage message) {
      StreamObserver<AgentMessage> to = out;
      if (to != null && !isOver) {
        hasSpoken = true;
        to.onNext(message);
      }
    }

    @Override
    public void onNext(Heard heard) {
      synchronized (SimulatedAgent.this) {
        switch (heard) {
          case Heard.Delta delta -> change(delta);
          case Heard.Whole(SchedulerMessage message) -> take(message);
        }
      }
    }

    private void take(SchedulerMessage message) {
      switch (message.getMessageCase()) {
        case WELCOME -> {
          epochSeen = Math.max(epochSeen, message.getWelcome().getEpoch());
          schedulers.found();
          redialWithin = message.getWelcome().getRedialWithinMillis();
          pause = FIRST_PAUSE_MILLIS;
        }
        case DESIRED_STATE -> replace(message.getDesiredState());
        case DESIRED_DELTA, MESSAGE_NOT_SET -> fleet.tally().complaints.increment();
        case LOGS_WANTED, LOGS_UNWANTED, VERIFY_WANTED, IMAGES_WANTED -> {}
      }
    }

    private void replace(DesiredState full) {
      if (full.getCount() != full.getOrdersCount()
          || !full.getChecksum().equals(DesiredChecksum.of(full.getOrdersList()))) {
        fleet.tally().complaints.increment();
      }
      Set<Long> unwanted = new HashSet<>(incarnations.keySet());
      full.getOrdersList().forEach(order -> unwanted.remove(order.getPlacementId()));
      unwanted.forEach(this::drop);
      obey(
          full.getEpoch(),
          full.getRevision(),
          full.getOrdersList().stream().map(Heard.Told::of).toList());
      if (!isLinked) {
        isLinked = true;
        fleet.tally().linked.increment();
      }
    }

    private void change(Heard.Delta delta) {
      if (delta.fromRevision() != revision) {
        fleet.tally().complaints.increment();
      }
      delta.dropped().forEach(this::drop);
      obey(delta.epoch(), delta.revision(), delta.orders());
    }

    private void drop(long placement) {
      if (incarnations.remove(placement) != null) {
        fleet.tally().stops.increment();
        fleet.tally().running.decrement();
      }
    }

    private void obey(long epoch, long newRevision, List<Heard.Told> orders) {
      fleet.tally().messages.increment();
      revision = newRevision;
      send(
          AgentMessage.newBuilder()
              .setAcknowledge(Acknowledge.newBuilder().setEpoch(epoch).setRevision(newRevision))
              .build());
      StatusBatch.Builder batch = StatusBatch.newBuilder();
      orders.forEach(order -> obey(order, batch));
      if (batch.getPlacementsCount() > 0) {
        send(status(batch));
      }
    }

    private void obey(Heard.Told order, StatusBatch.Builder batch) {
      long id = order.placement();
      if (order.isStop()) {
        drop(id);
        batch.addPlacements(
            PlacementStatus.newBuilder()
                .setPlacementId(id)
                .setIncarnation(1)
                .setStopped(PlacementStatus.Stopped.getDefaultInstance()));
      } else if (incarnations.putIfAbsent(id, 1) == null) {
        fleet.tally().starts.increment();
        fleet.tally().running.increment();
        fleet.orders().ordered(order.whole());
        batch.addPlacements(running(id, 1));
      }
    }

    @Override
    public void onError(Throwable failure) {
      over(failure);
    }

    @Override
    public void onCompleted() {
      over(null);
    }

    private void over(@Nullable Throwable failure) {
      synchronized (SimulatedAgent.this) {
        if (isOver) {
          return;
        }
        isOver = true;
        int wait = 0;
        if (isLinked) {
          fleet.tally().linked.decrement();
          wait = nextPause() + fleet.random().nextInt(redialWithin + 1);
        } else if (!schedulers.moveOn(failure)) {
          wait = nextPause() + fleet.random().nextInt(redialWithin / CALLS_WITHIN + 1);
        }
        fleet.tally().redials.increment();
        var _ = fleet.timer().schedule(SimulatedAgent.this::dial, wait, TimeUnit.MILLISECONDS);
      }
    }

    private int nextPause() {
      int half = pause / 2;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
      return half + fleet.random().nextInt(half + 1);
    }
  }
}
