package dev.berth.bench.million;

import dev.berth.identity.Identity;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.Event;
import dev.berth.proto.v1.EventServiceGrpc;
import dev.berth.proto.v1.ListEventsRequest;
import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.Order;
import dev.berth.proto.v1.RestartRequest;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Times single misfortunes in a settled cluster, one after another.
 *
 * <p>An agent restarts what has crashed by itself and asks nobody; what the scheduler does is to
 * take the report in. So two things are timed: from a crash's report leaving the agent until a
 * watcher of the public API is told of it, committed; and from asking for one instance's restart
 * until an agent holds the order for the new placement. Confined to one thread.
 */
final class Crashes implements AutoCloseable {
  private static final long LIMIT_SECONDS = 60;

  private final AgentFleet fleet;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final ManagedChannel channel;

  Crashes(
      AgentFleet fleet,
      Path identity,
      String scheduler,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.fleet = fleet;
    this.nanoTime = nanoTime;
    this.random = random;
    this.channel =
        Grpc.newChannelBuilder(scheduler, Identity.load(identity).channelCredentials())
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .build();
  }

  /** Microseconds from each report to the watcher. */
  List<Long> reported(int rounds) throws InterruptedException {
    var told = new LinkedBlockingQueue<String>();
    EventServiceGrpc.newStub(channel)
        .watchEvents(ListEventsRequest.getDefaultInstance(), new Told(told));
    List<Long> micros = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      SimulatedAgent agent = fleet.agents().get(random.nextInt(fleet.agents().size()));
      Optional<Long> placement = agent.any();
      if (placement.isEmpty()) {
        continue;
      }
      String words = "simulated crash " + round;
      long began = nanoTime.getAsLong();
      agent.crash(placement.get(), words);
      await(told, words);
      micros.add((nanoTime.getAsLong() - began) / 1000);
    }
    return micros;
  }

  /** Microseconds from each request to the new order; of apps "tenant/app:instances". */
  List<Long> restarted(int rounds, List<String> apps, String processType, int perApp)
      throws InterruptedException {
    var ordered = new LinkedBlockingQueue<String>();
    fleet.listen(order -> ordered.add(name(order.get())));
    List<Long> micros = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      String[] app = apps.get(random.nextInt(apps.size())).split("/", 2);
      String target = processType + "." + (random.nextInt(perApp) + 1);
      long began = nanoTime.getAsLong();
      AppServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
          .restart(
              RestartRequest.newBuilder()
                  .setMutation(Mutation.getDefaultInstance())
                  .setName(AppName.newBuilder().setTenant(app[0]).setApp(app[1]))
                  .setTarget(target)
                  .build());
      await(ordered, app[0] + "/" + app[1] + "/" + target);
      micros.add((nanoTime.getAsLong() - began) / 1000);
    }
    fleet.listen(_ -> {});
    return micros;
  }

  private static String name(Order order) {
    return "%s/%s/%s.%d"
        .formatted(order.getTenant(), order.getApp(), order.getProcessType(), order.getIndex());
  }

  private static void await(LinkedBlockingQueue<String> heard, String wanted)
      throws InterruptedException {
    String next;
    do {
      next = heard.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("not heard of within a minute: " + wanted);
      }
    } while (!next.equals(wanted));
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** The messages of the events that a watcher is told. */
  private record Told(LinkedBlockingQueue<String> messages) implements StreamObserver<Event> {
    @Override
    public void onNext(Event event) {
      messages.add(event.getMessage());
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
