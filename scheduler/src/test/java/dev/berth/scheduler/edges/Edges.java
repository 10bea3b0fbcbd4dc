package dev.berth.scheduler.edges;

import dev.berth.identity.Peer;
import dev.berth.scheduler.api.ClusterFacts;
import dev.berth.scheduler.api.PublicApi;
import dev.berth.scheduler.api.Tokens;
import dev.berth.scheduler.base.BaseInspection;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.collect.Collector;
import dev.berth.scheduler.confine.Confinement;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.ControlLoop;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Subscription;
import dev.berth.scheduler.control.Term;
import dev.berth.scheduler.dispatch.AgentLinkService;
import dev.berth.scheduler.dispatch.Dispatch;
import dev.berth.scheduler.dispatch.Logs;
import dev.berth.scheduler.dispatch.RouteFeedService;
import dev.berth.scheduler.dispatch.Verifications;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.slug.SlugBuilder;
import dev.berth.scheduler.slug.SlugIndex;
import dev.berth.scheduler.slug.SlugLimits;
import dev.berth.scheduler.slug.SquashfsPacker;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.store.InMemoryStore;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The edges around a real control loop, reached through gRPC in this process. */
final class Edges implements AutoCloseable {
  private static final Metadata.Key<String> PEER =
      Metadata.Key.of("test-peer", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  final BlobStore blobs;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final FixedLeadership leadership = new FixedLeadership();
  private final Server server;
  private final ManagedChannel channel;

  Edges(Path directory) throws IOException {
    blobs = BlobStore.open(directory);
    SlugIndex index = new SlugIndex(blobs);
    SlugBuilder builder =
        new SlugBuilder(
            blobs, index, new SquashfsPacker(new Confinement()), new SlugLimits(1 << 20, 1000));
    Dispatch dispatch = new Dispatch("0a1b2c", leadership, executor, InstantSource.system());
    var agents = new PublicApi.Agents(new Logs(dispatch), new Verifications(dispatch));
    PublicApi api =
        new PublicApi(
            new ClusterFacts("0a1b2c", new ClusterSettings("localhost", "debian-12"), "test"),
            leadership,
            new PublicApi.Stores(
                blobs,
                index,
                builder,
                new BaseInspection(new Confinement()),
                new Collector(leadership, blobs, Duration.ofHours(1))),
            agents,
            new Tokens(new SecureRandom()),
            executor);
    leadership.follow(dispatch);
    leadership.follow(api.watches());
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder serving =
        InProcessServerBuilder.forName(name)
            .executor(executor)
            .intercept(new TestPeer())
            .addService(
                new AgentLinkService(dispatch, agents.logs(), agents.verifications(), blobs))
            .addService(new RouteFeedService(dispatch));
    api.services().forEach(serving::addService);
    server = serving.build().start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  void lead() {
    InstantSource clock = InstantSource.system();
    InMemoryStore store = InMemoryStore.empty();
    // The takeover's grace is over: the routes of an empty cluster are complete at once.
    Term term =
        new Term(
            store.epoch(),
            clock.instant(),
            new ClusterSettings("localhost", "debian-12"),
            Timers.DEFAULT);
    ControlLoop loop = new ControlLoop(term, store, store.load(), new SpreadPlacer(), clock);
    loop.start();
    leadership.begin(loop);
  }

  void stopLeading() {
    leadership.end();
  }

  Channel as(String peer) {
    return with(PEER, peer);
  }

  Channel withToken(String token) {
    return with(AUTHORIZATION, "Bearer " + token);
  }

  Channel anonymous() {
    return channel;
  }

  static Channel withToken(Channel channel, String token) {
    return with(channel, AUTHORIZATION, "Bearer " + token);
  }

  private Channel with(Metadata.Key<String> key, String value) {
    return with(channel, key, value);
  }

  private static Channel with(Channel channel, Metadata.Key<String> key, String value) {
    Metadata headers = new Metadata();
    headers.put(key, value);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** Waits for a condition, at most a minute. */
  static void await(String what, BooleanSupplier condition) {
    Instant deadline = InstantSource.system().instant().plus(Duration.ofMinutes(1));
    while (!condition.getAsBoolean()) {
      if (InstantSource.system().instant().isAfter(deadline)) {
        throw new AssertionError("after a minute still not: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    leadership.end();
    executor.shutdownNow();
  }

  /** Takes the caller's word for its certificate. */
  private static final class TestPeer implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String peer = headers.get(PEER);
      return peer == null
          ? next.startCall(call, headers)
          : Contexts.interceptCall(
              Context.current().withValue(Peer.NAME, peer), call, headers, next);
    }
  }

  /** Leads when told to. */
  private static final class FixedLeadership implements Leadership {
    private final List<Follower> followers = new ArrayList<>();
    private volatile Optional<ControlLoop> leading = Optional.empty();

    void begin(ControlLoop loop) {
      leading = Optional.of(loop);
      followers.forEach(follower -> follower.began(loop));
    }

    void end() {
      Optional<ControlLoop> before = leading;
      leading = Optional.empty();
      before.ifPresent(loop -> {
        followers.forEach(follower -> follower.ended(loop));
        loop.close();
      });
    }

    @Override
    public Optional<Control> leading() {
      return leading.map(loop -> loop);
    }

    @Override
    public Optional<String> leaderAddress() {
      return Optional.of("10.0.0.9:7100");
    }

    @Override
    public Subscription follow(Follower follower) {
      followers.add(follower);
      return () -> followers.remove(follower);
    }
  }
}
