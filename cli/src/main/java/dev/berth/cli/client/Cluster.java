package dev.berth.cli.client;

import dev.berth.cli.CommandFailure;
import dev.berth.identity.Identity;
import dev.berth.leader.LeaderHint;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.GetPlanRequest;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.PlacementServiceGrpc;
import dev.berth.proto.v1.PlanResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One caller's connection to the cluster, that is to the scheduler that leads it.
 *
 * <p>What a scheduler refused because it does not lead, or never heard, is asked of the next one;
 * for at most {@value #MAX_ROUNDS} rounds while one takes over. Nothing that may have been done is
 * asked twice. A call that fails ends in a {@link CommandFailure} with the cluster's own words.
 * Thread-safe.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int CONNECT_MILLIS = 5000;
  private static final int MAX_ROUNDS = 60;
  private static final long PAUSE_MILLIS = 250;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final ClusterAddress address;
  private final Supplier<String> keys;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Schedulers schedulers;
  private volatile boolean isLeaderFound;
  private volatile boolean isPlanning;

  public Cluster(ClusterAddress address, Supplier<String> keys) {
    this.address = address;
    this.keys = keys;
    this.schedulers = new Schedulers(address.schedulers(), this::dial);
  }

  private ManagedChannel dial(String scheduler) {
    int colon = scheduler.lastIndexOf(':');
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(
                scheduler.substring(0, colon),
                Integer.parseInt(scheduler.substring(colon + 1)),
                address.credentials())
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .disableServiceConfigLookUp()
            .keepAliveTime(30, TimeUnit.SECONDS)
            .maxInboundMessageSize(64 << 20);
    String token = address.token();
    if (token != null) {
      builder.intercept(bearer(token));
    }
    return builder.build();
  }

  private static ClientInterceptor bearer(String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** Goes with every request that changes something. */
  public Mutation mutation() {
    return Mutation.newBuilder().setIdempotencyKey(keys.get()).setPlanOnly(isPlanning).build();
  }

  /** From here on, changes are only planned: each ends in a {@link Planned}. */
  public Cluster planning(boolean isOn) {
    isPlanning = isOn;
    return this;
  }

  /** What a change would do; instead of the change. */
  public static final class Planned extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient PlanResponse plan;

    Planned(PlanResponse plan) {
      super("planned only", null, false, false);
      this.plan = plan;
    }

    public PlanResponse plan() {
      return plan;
    }
  }

  /** One question, one answer. */
  public <S extends AbstractStub<S>, A> A ask(Function<Channel, S> service, Function<S, A> call) {
    try {
      return answered(service, call);
    } catch (CommandFailure failure) {
      if (!isPlanning || !failure.code().equals("PLANNED")) {
        throw failure;
      }
      GetPlanRequest request = GetPlanRequest.newBuilder().setToken(failure.field()).build();
      throw new Planned(answered(PlacementServiceGrpc::newBlockingStub, it -> it.getPlan(request)));
    }
  }

  private <S extends AbstractStub<S>, A> A answered(
      Function<Channel, S> service, Function<S, A> call) {
    return told(() -> {
      A answer =
          ofTheLeader(() ->
              call.apply(
                  service
                      .apply(schedulers.channel())
                      .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)));
      isLeaderFound = true;
      return answer;
    });
  }

  /** A call that lasts as long as both sides want; failures inside the body are told as usual. */
  public <S extends AbstractStub<S>, A> A converse(
      Function<Channel, S> service, Conversation<S, A> conversation) {
    if (!isLeaderFound && schedulers.count() > 1) {
      findLeader(); // a conversation cannot be begun twice, so it is begun with the right one
    }
    return told(() -> conversation.hold(service.apply(schedulers.channel())));
  }

  /** A call that changes nothing: when it breaks off, it is begun again with who leads then. */
  public <S extends AbstractStub<S>, A> A look(
      Function<Channel, S> service, Conversation<S, A> conversation) {
    return told(() -> {
      for (int again = 0; ; again++) {
        try {
          return conversation.hold(service.apply(schedulers.channel()));
        } catch (StatusException | StatusRuntimeException broken) {
          if (Status.fromThrowable(broken).getCode() != Status.Code.UNAVAILABLE
              || again >= MAX_ROUNDS) {
            throw broken;
          }
          Thread.sleep(PAUSE_MILLIS);
          findLeader();
        }
      }
    });
  }

  private void findLeader() {
    var _ =
        ask(
            ClusterServiceGrpc::newBlockingStub,
            it -> it.getStatus(GetStatusRequest.getDefaultInstance()));
  }

  private <A> A ofTheLeader(Supplier<A> call) throws InterruptedException {
    int rounds = 0;
    boolean isOneUp = false;
    while (true) {
      try {
        return call.get();
      } catch (StatusRuntimeException failure) {
        boolean refused = LeaderHint.in(failure).isPresent();
        if (!refused && !wasNeverHeard(failure)) {
          throw failure;
        }
        isLeaderFound = false;
        isOneUp |= refused;
        if (schedulers.moveOn(failure)) {
          continue;
        }
        rounds++;
        if (!isOneUp || rounds > MAX_ROUNDS) {
          throw failure;
        }
        isOneUp = false;
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private static boolean wasNeverHeard(StatusRuntimeException failure) {
    Throwable cause = failure.getStatus().getCause();
    while (cause != null && !(cause instanceof ConnectException)) {
      cause = cause.getCause();
    }
    return failure.getStatus().getCode() == Status.Code.UNAVAILABLE && cause != null;
  }

  private <A> A told(Conversed<A> call) {
    try {
      return call.run();
    } catch (StatusRuntimeException failure) {
      throw Refusals.of(failure.getStatus(), failure.getTrailers(), where());
    } catch (StatusException failure) {
      throw Refusals.of(failure.getStatus(), failure.getTrailers(), where());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the cluster", interrupted);
    }
  }

  private String where() {
    return String.join(", ", address.schedulers());
  }

  @Override
  public void close() {
    schedulers.close();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /** What is said over one call. */
  @FunctionalInterface
  public interface Conversation<S, A> {
    A hold(S stub) throws StatusException, InterruptedException;
  }

  @FunctionalInterface
  private interface Conversed<A> {
    A run() throws StatusException, InterruptedException;
  }
}
