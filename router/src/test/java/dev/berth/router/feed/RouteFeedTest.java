package dev.berth.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.leader.EpochFile;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.Host;
import dev.berth.proto.v1.Pool;
import dev.berth.proto.v1.Refusal;
import dev.berth.proto.v1.Route;
import dev.berth.proto.v1.RouteAcknowledge;
import dev.berth.proto.v1.RouteDelta;
import dev.berth.proto.v1.RouteFeedGrpc;
import dev.berth.proto.v1.RouteMessage;
import dev.berth.proto.v1.RouterMessage;
import dev.berth.router.table.RouteTable;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RouteFeedTest {
  @TempDir Path directory;

  private final String name = InProcessServerBuilder.generateName();
  private final FakeScheduler scheduler = new FakeScheduler();
  private final BlockingQueue<Shown> shown = new LinkedBlockingQueue<>();
  private @Nullable Server server;
  private @Nullable ManagedChannel channel;
  private @Nullable RouteFeed feed;
  private volatile boolean starting;
  private Duration reachWithin = Duration.ofSeconds(20);
  private List<String> addresses = List.of(name);

  /** A table that the feed wants in force; the event loops of this test are as slow as it likes. */
  private record Shown(RouteTable table, @Nullable Collection<String> changed, Runnable inForce) {}

  /** Takes one stream at a time, and says what the test tells it to. */
  private static final class FakeScheduler extends RouteFeedGrpc.RouteFeedImplBase {
    final BlockingQueue<StreamObserver<RouteMessage>> streams = new LinkedBlockingQueue<>();
    final BlockingQueue<RouterMessage> heard = new LinkedBlockingQueue<>();

    @Override
    public StreamObserver<RouterMessage> follow(StreamObserver<RouteMessage> out) {
      streams.add(out);
      return new StreamObserver<>() {
        @Override
        public void onNext(RouterMessage message) {
          heard.add(message);
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
      };
    }

    StreamObserver<RouteMessage> stream() throws InterruptedException {
      StreamObserver<RouteMessage> stream = streams.poll(10, TimeUnit.SECONDS);
      assertThat(stream).as("a stream within 10 s").isNotNull();
      return stream;
    }

    /** The next thing the router says that is not a beat. */
    RouterMessage hears() throws InterruptedException {
      while (true) {
        RouterMessage message = heard.poll(10, TimeUnit.SECONDS);
        assertThat(message).as("a message within 10 s").isNotNull();
        if (!message.hasBeat()) {
          return message;
        }
      }
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = InProcessServerBuilder.forName(name).addService(scheduler).build().start();
    startFeed();
  }

  private void startFeed() {
    feed =
        new RouteFeed(
            new FeedSettings(
                "router-1",
                Duration.ofMillis(20),
                reachWithin,
                Duration.ofMillis(5),
                Duration.ofMillis(50)),
            file(),
            this::show,
            new RouteFeed.Surroundings(System::nanoTime, new SplittableRandom(1)));
    starting = true;
    feed.restore();
    starting = false;
    try {
      feed.follow(
          new Schedulers(addresses, this::dial),
          EpochFile.open(directory.resolve("epoch"), feed.state().epoch()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private ManagedChannel dial(String address) {
    channel =
        address.startsWith("127.0.0.1:")
            ? NettyChannelBuilder.forTarget(address, InsecureChannelCredentials.create()).build()
            : InProcessChannelBuilder.forName(address).build();
    return channel;
  }

  /** What was saved is in force at once; what the scheduler sends, when the test says so. */
  private void show(RouteTable table, @Nullable Collection<String> changed, Runnable inForce) {
    shown.add(new Shown(table, changed, inForce));
    if (starting) {
      inForce.run();
    }
  }

  @AfterEach
  void stop() {
    stopFeed();
    if (server != null) {
      server.shutdownNow();
    }
  }

  private void stopFeed() {
    if (feed != null) {
      feed.close();
    }
    if (channel != null) {
      channel.shutdownNow();
    }
  }

  private Path file() {
    return directory.resolve("table");
  }

  private Shown shows() throws InterruptedException {
    Shown next = shown.poll(10, TimeUnit.SECONDS);
    assertThat(next).as("a table within 10 s").isNotNull();
    return next;
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static RouteMessage table(long epoch, long version, int routes) {
    dev.berth.proto.v1.RouteTable.Builder table =
        dev.berth.proto.v1.RouteTable.newBuilder()
            .setEpoch(epoch)
            .setVersion(version)
            .setPoolCount(1)
            .setHostCount(1)
            .addPools(pool(routes))
            .addHosts(Host.newBuilder().setHostname("a.b").setPoolId("p"));
    return RouteMessage.newBuilder().setTable(table).build();
  }

  private static RouteMessage delta(long epoch, long from, long to, int routes) {
    RouteDelta.Builder delta =
        RouteDelta.newBuilder()
            .setEpoch(epoch)
            .setFromVersion(from)
            .setVersion(to)
            .addPools(pool(routes));
    return RouteMessage.newBuilder().setDelta(delta).build();
  }

  private static Pool pool(int routes) {
    Pool.Builder pool = Pool.newBuilder().setId("p").setEmptiness(Pool.Emptiness.NO_INSTANCES);
    for (int i = 1; i <= routes; i++) {
      pool.addRoutes(
          Route.newBuilder()
              .setPlacementId(i)
              .setIncarnation(1)
              .setAddress("10.0.0." + i)
              .setPort(5000)
              .setInstance("web." + i));
    }
    return pool.build();
  }

  private static RouteAcknowledge acknowledge(long epoch, long version) {
    return RouteAcknowledge.newBuilder().setEpoch(epoch).setVersion(version).build();
  }

  @Test
  void aVersionIsAcknowledgedOnceItIsInForceAndNotBefore() throws Exception {
    StreamObserver<RouteMessage> stream = scheduler.stream();
    assertThat(scheduler.hears().getHello().getRouter()).isEqualTo("router-1");
    stream.onNext(table(1, 5, 2));
    Shown first = shows();

    assertThat(first.table().routeCount()).isEqualTo(2);
    assertThat(scheduler.heard.stream().filter(RouterMessage::hasAcknowledge)).isEmpty();
    first.inForce().run();
    assertThat(scheduler.hears().getAcknowledge()).isEqualTo(acknowledge(1, 5));
  }

  @Test
  void changesThatComeWhileOneIsUnderWayAreJoined() throws Exception {
    StreamObserver<RouteMessage> stream = scheduler.stream();
    scheduler.hears();
    stream.onNext(table(1, 1, 1));
    Shown first = shows();
    for (int version = 2; version <= 50; version++) {
      stream.onNext(delta(1, version - 1, version, version % 5));
    }
    RouteFeed following = feed;
    until(() -> following != null && following.state().version() == 50);
    first.inForce().run();
    Shown second = shows();
    second.inForce().run();

    assertThat(second.table().version()).isEqualTo(50);
    assertThat(second.changed()).containsExactly("p");
    assertThat(scheduler.hears().getAcknowledge()).isEqualTo(acknowledge(1, 1));
    assertThat(scheduler.hears().getAcknowledge()).isEqualTo(acknowledge(1, 50));
    assertThat(shown).isEmpty();
  }

  @Test
  void aGapEndsTheStreamAndTheNextOneBringsEverything() throws Exception {
    StreamObserver<RouteMessage> stream = scheduler.stream();
    scheduler.hears();
    stream.onNext(table(1, 1, 1));
    shows().inForce().run();
    scheduler.hears();
    stream.onNext(delta(1, 2, 3, 4));

    StreamObserver<RouteMessage> next = scheduler.stream();
    assertThat(scheduler.hears().getHello().getVersion()).isEqualTo(1);
    next.onNext(table(1, 3, 4));
    assertThat(shows().table().routeCount()).isEqualTo(4);
  }

  @Test
  void aDeposedSchedulerIsNotBelieved() throws Exception {
    StreamObserver<RouteMessage> stream = scheduler.stream();
    stream.onNext(table(2, 1, 3));
    shows().inForce().run();
    stream.onError(Status.UNAVAILABLE.asRuntimeException());

    scheduler.stream().onNext(table(1, 9, 0));
    StreamObserver<RouteMessage> newer = scheduler.stream();
    newer.onNext(table(3, 1, 2));

    assertThat(shows().table().epoch()).isEqualTo(3);
  }

  @Test
  void aDeposedSchedulerIsNotBelievedByARouterThatLostItsTable() throws Exception {
    scheduler.stream().onNext(table(2, 1, 3));
    shows().inForce().run();
    stopFeed();
    Files.delete(file());
    scheduler.streams.clear();
    startFeed();

    scheduler.stream().onNext(table(1, 9, 1));
    scheduler.stream().onNext(table(2, 4, 2));

    Shown believed = shows();
    assertThat(believed.table().epoch()).isEqualTo(2);
    assertThat(believed.table().routeCount()).isEqualTo(2);
  }

  @Test
  void theSchedulerThatARefusalNamesIsFollowedAtOnce() throws Exception {
    FakeScheduler leader = new FakeScheduler();
    String elsewhere = name + ":1";
    Server other = InProcessServerBuilder.forName(elsewhere).addService(leader).build().start();
    try {
      scheduler.stream().onError(notLeading(elsewhere));

      leader.stream().onNext(table(3, 1, 2));

      assertThat(shows().table().epoch()).isEqualTo(3);
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void aSchedulerThatTakesConnectionsAndLeavesThemAloneIsLeftForTheNext() throws Exception {
    stopFeed();
    scheduler.streams.clear();
    try (var standsStill = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      addresses = List.of("127.0.0.1:" + standsStill.getLocalPort(), name);
      reachWithin = Duration.ofMillis(50);
      startFeed();

      scheduler.stream().onNext(table(3, 1, 2));

      assertThat(shows().table().epoch()).isEqualTo(3);
    }
  }

  @Test
  void afterALeaderThatIsGoneAnotherIsAskedFirst() throws Exception {
    FakeScheduler follower = new FakeScheduler();
    String elsewhere = name + ":1";
    Server other = InProcessServerBuilder.forName(elsewhere).addService(follower).build().start();
    try {
      stopFeed();
      scheduler.streams.clear();
      addresses = List.of(name, elsewhere);
      startFeed();
      StreamObserver<RouteMessage> stream = scheduler.stream();
      stream.onNext(table(1, 1, 1));
      shows().inForce().run();
      stream.onError(Status.UNAVAILABLE.asRuntimeException());

      follower.stream().onNext(table(2, 1, 2));

      assertThat(shows().table().epoch()).isEqualTo(2);
      assertThat(scheduler.streams).isEmpty();
    } finally {
      other.shutdownNow();
    }
  }

  private static Throwable notLeading(String leader) {
    var trailers = new Metadata();
    trailers.put(
        Metadata.Key.of(
            "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance())),
        Refusal.newBuilder().setCode("NOT_LEADING").setLeader(leader).build());
    return Status.UNAVAILABLE.asRuntimeException(trailers);
  }

  @Test
  void aTableThatCannotBeUsedLeavesTheOldOneInForce() throws Exception {
    StreamObserver<RouteMessage> stream = scheduler.stream();
    stream.onNext(table(1, 1, 1));
    shows().inForce().run();
    Pool wrong =
        Pool.newBuilder()
            .setId("p")
            .addRoutes(Route.newBuilder().setAddress("example.com").setPort(80).setInstance("x"))
            .build();
    stream.onNext(
        RouteMessage.newBuilder()
            .setDelta(
                RouteDelta.newBuilder().setEpoch(1).setFromVersion(1).setVersion(2).addPools(wrong))
            .build());

    scheduler.stream().onNext(table(1, 2, 2));
    assertThat(shows().table().version()).isEqualTo(2);
  }

  @Test
  void aLostSchedulerChangesNothingAndIsAskedAgainForEver() throws Exception {
    StreamObserver<RouteMessage> first = scheduler.stream();
    first.onNext(table(1, 1, 1));
    shows().inForce().run();
    first.onError(Status.UNAVAILABLE.asRuntimeException());
    for (int i = 0; i < 10; i++) {
      scheduler.stream().onError(Status.UNAVAILABLE.asRuntimeException());
    }

    assertThat(shown).isEmpty();
    scheduler.stream().onNext(table(2, 1, 3));
    assertThat(shows().table().routeCount()).isEqualTo(3);
  }

  @Test
  void theBeatTellsThatThisRouterLives() throws Exception {
    scheduler.stream();
    scheduler.hears();

    assertThat(scheduler.heard.poll(10, TimeUnit.SECONDS)).matches(RouterMessage::hasBeat);
  }

  @Test
  void aRouterStartsFromItsSavedTableWithNoSchedulerInSight() throws Exception {
    scheduler.stream().onNext(table(4, 7, 3));
    shows().inForce().run();
    until(() -> Files.exists(file()));
    // As after kill -9: nothing is closed before the next one starts.
    RouteFeed killed = feed;
    if (server != null) {
      server.shutdownNow();
    }
    startFeed();

    Shown saved = shows();
    assertThat(saved.table().epoch()).isEqualTo(4);
    assertThat(saved.table().version()).isEqualTo(7);
    assertThat(saved.table().routeCount()).isEqualTo(3);
    assertThat(Files.getPosixFilePermissions(file()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    if (killed != null) {
      killed.close();
    }
  }

  @Test
  void aDamagedFileIsNoReasonNotToStart() throws Exception {
    stopFeed();
    scheduler.streams.clear();
    scheduler.heard.clear();
    Files.write(file(), new byte[] {1, 2, 3, 4, 5, 6});

    startFeed();

    scheduler.stream().onNext(table(1, 1, 2));
    assertThat(shows().table().routeCount()).isEqualTo(2);
  }

  @Test
  void theNewestTableIsOnDiskAfterTheEnd() throws Exception {
    StreamObserver<RouteMessage> stream = scheduler.stream();
    stream.onNext(table(1, 1, 1));
    stream.onNext(delta(1, 1, 2, 4));
    RouteFeed following = feed;
    until(() -> following != null && following.state().version() == 2);
    stopFeed();

    assertThat(new TableFile(file()).load().table().version()).isEqualTo(2);
  }
}
