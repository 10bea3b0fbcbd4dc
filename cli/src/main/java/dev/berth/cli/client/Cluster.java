package dev.berth.cli.client;

import dev.berth.cli.CommandFailure;
import dev.berth.identity.Identity;
import dev.berth.proto.v1.Mutation;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One caller's connection to the cluster.
 *
 * <p>A call that fails ends in a {@link CommandFailure} with the cluster's own words. Thread-safe.
 */
public final class Cluster implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final String where;
  private final Supplier<String> keys;
  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ManagedChannel channel;

  public Cluster(ClusterAddress address, Supplier<String> keys) {
    this.where = address.host() + ":" + address.port();
    this.keys = keys;
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address.host(), address.port(), address.credentials())
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            .disableServiceConfigLookUp()
            .keepAliveTime(30, TimeUnit.SECONDS)
            .maxInboundMessageSize(64 << 20);
    String token = address.token();
    if (token != null) {
      builder.intercept(bearer(token));
    }
    channel = builder.build();
  }

  private static ClientInterceptor bearer(String token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  public String where() {
    return where;
  }

  /** Goes with every request that changes something. */
  public Mutation mutation() {
    return Mutation.newBuilder().setIdempotencyKey(keys.get()).build();
  }

  /** One question, one answer. */
  public <S extends AbstractStub<S>, A> A ask(
      Function<io.grpc.Channel, S> service, Function<S, A> call) {
    return guarded(() ->
        call.apply(
            service.apply(channel).withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)));
  }

  /** A call that lasts as long as both sides want; failures inside the body are told as usual. */
  public <S extends AbstractStub<S>, A> A converse(
      Function<io.grpc.Channel, S> service, Conversation<S, A> conversation) {
    return guarded(() -> conversation.hold(service.apply(channel)));
  }

  private <A> A guarded(Conversed<A> call) {
    try {
      return call.run();
    } catch (StatusRuntimeException failure) {
      throw Refusals.of(failure.getStatus(), failure.getTrailers(), where);
    } catch (StatusException failure) {
      throw Refusals.of(failure.getStatus(), failure.getTrailers(), where);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the cluster", interrupted);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
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
