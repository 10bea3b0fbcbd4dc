package dev.berth.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.berth.identity.CertificateAuthority;
import dev.berth.identity.Identity;
import dev.berth.identity.Peer;
import dev.berth.proto.v1.Host;
import dev.berth.proto.v1.Pool;
import dev.berth.proto.v1.Route;
import dev.berth.proto.v1.RouteFeedGrpc;
import dev.berth.proto.v1.RouteMessage;
import dev.berth.proto.v1.RouterMessage;
import dev.berth.settings.Settings;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program with everything real: TLS, files, sockets. Only the scheduler is a fake. */
@Timeout(60)
class RouterTest {
  @TempDir Path directory;

  private final CountDownLatch acknowledged = new CountDownLatch(1);
  private final AtomicReference<@Nullable String> caller = new AtomicReference<>();
  private HttpServer app = app();
  private @Nullable Server scheduler;

  private static HttpServer app() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            byte[] body = "hello from the app".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
      server.start();
      return server;
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private final class FakeScheduler extends RouteFeedGrpc.RouteFeedImplBase {
    @Override
    public StreamObserver<RouterMessage> follow(StreamObserver<RouteMessage> out) {
      caller.set(Peer.NAME.get());
      return new StreamObserver<>() {
        @Override
        public void onNext(RouterMessage message) {
          switch (message.getMessageCase()) {
            case HELLO -> out.onNext(RouteMessage.newBuilder().setTable(table()).build());
            case ACKNOWLEDGE -> acknowledged.countDown();
            case BEAT, SIGNALS, MESSAGE_NOT_SET -> {}
          }
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
      };
    }
  }

  private dev.berth.proto.v1.RouteTable table() {
    Route route =
        Route.newBuilder()
            .setPlacementId(1)
            .setIncarnation(1)
            .setAddress("127.0.0.1")
            .setPort(app.getAddress().getPort())
            .setInstance("web.1")
            .build();
    return dev.berth.proto.v1.RouteTable.newBuilder()
        .setEpoch(1)
        .setVersion(1)
        .setPoolCount(1)
        .setHostCount(1)
        .addPools(Pool.newBuilder().setId("acme/shop/web").addRoutes(route))
        .addHosts(Host.newBuilder().setHostname("localhost").setPoolId("acme/shop/web"))
        .build();
  }

  @BeforeEach
  void start() throws IOException {
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));
    authority.issue("scheduler", directory.resolve("scheduler"));
    authority.issue("router:router-1", directory.resolve("router-1"));
    scheduler =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Identity.load(directory.resolve("scheduler")).serverCredentials())
            .addService(ServerInterceptors.intercept(new FakeScheduler(), new Peer()))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    app.stop(0);
    if (scheduler != null) {
      scheduler.shutdownNow();
    }
  }

  private Router router(int schedulerPort) {
    Map<String, String> file =
        Map.of(
            "cluster.id",
            "abcdef",
            "router.name",
            "router-1",
            "http.port",
            "0",
            "scheduler.address",
            "127.0.0.1:" + schedulerPort,
            "identity.directory",
            directory.resolve("router-1").toString(),
            "table.file",
            directory.resolve("table").toString(),
            "run.file",
            directory.resolve("run.json").toString(),
            "access-log.file",
            directory.resolve("access.log").toString());
    return new Router(
        RouterSettings.read(Settings.of(file)),
        Clock.systemUTC(),
        System::nanoTime,
        new SplittableRandom(1));
  }

  private HttpResponse<String> get(String portField, String path) throws Exception {
    String run = Files.readString(directory.resolve("run.json"));
    String port = run.replaceAll("(?s).*\"" + portField + "\":(\\d+).*", "$1");
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void itServesWhatTheSchedulerSaysAndGoesOnWithoutIt() throws Exception {
    int port = scheduler == null ? 0 : scheduler.getPort();
    try (Router _ = router(port)) {
      assertThat(acknowledged.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(get("httpPort", "/a").body()).isEqualTo("hello from the app");
      assertThat(caller.get()).isEqualTo("router:router-1");
      assertThat(get("adminPort", "/metrics").body())
          .contains("berth_router_table_version 1.0")
          .contains("berth_router_responses_total{class=\"2xx\"} 1.0");
    }
    stopScheduler();

    try (Router _ = router(port)) {
      assertThat(get("httpPort", "/b").body()).isEqualTo("hello from the app");
    }
    assertThat(Files.readAllLines(directory.resolve("access.log")))
        .hasSize(2)
        .first()
        .asString()
        .contains("path=\"/a\"", "status=200", "instance=\"web.1\"");
  }

  private void stopScheduler() throws InterruptedException {
    if (scheduler != null) {
      scheduler.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
