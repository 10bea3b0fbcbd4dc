package dev.berth.scheduler.api;

import dev.berth.identity.Peer;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The gRPC server that callers, agents and routers reach.
 *
 * <p>Bounds what a caller may make it hold: calls, messages, headers, silent connections. Every
 * call runs on a virtual thread. Thread-safe.
 */
public final class ApiServer implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 16 << 20;
  private static final int MAX_HEADER_BYTES = 16 << 10;
  private static final int MAX_CALLS_PER_CONNECTION = 1000;
  private static final int MAX_CALLS = 8000;

  /** Of callers with a certificate: an agent has one stream, and one for each log that is read. */
  private static final int MAX_PROVEN_CALLS = 100_000;

  /** Callers give up after half of that; the connection is held that long in vain at most. */
  private static final int HANDSHAKE_SECONDS = 20;

  private static final int CLOSING_SECONDS = 2;

  private final Lanes lanes;
  private final Server server;

  /** Where to listen; port 0 means any free one. */
  public record Address(String host, int port) {}

  public ApiServer(
      Address address,
      ServerCredentials credentials,
      Stream<ServerServiceDefinition> services,
      Executor executor) {
    lanes = new Lanes(executor, Runtime.getRuntime().availableProcessors());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(address.host(), address.port()), credentials)
            .executor(lanes)
            .intercept(new CallLimit(MAX_PROVEN_CALLS, MAX_CALLS))
            .intercept(new Peer()) // the last one is the first to see a call
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
            .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(10, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS);
    services.forEach(builder::addService);
    try {
      server = builder.build().start();
    } catch (IOException inUse) {
      throw new UncheckedIOException(
          "api.port %d on %s cannot be opened; choose another, or 0"
              .formatted(address.port(), address.host()),
          inUse);
    }
  }

  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
        boolean _ = server.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    } finally {
      lanes.close();
    }
  }
}
