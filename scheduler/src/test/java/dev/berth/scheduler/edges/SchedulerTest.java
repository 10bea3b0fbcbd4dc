package dev.berth.scheduler.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.identity.CertificateAuthority;
import dev.berth.identity.Identity;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.Order;
import dev.berth.scheduler.Scheduler;
import dev.berth.scheduler.SchedulerSettings;
import dev.berth.scheduler.base.TestBases;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.slug.SlugLimits;
import dev.berth.scheduler.slug.Tar;
import dev.berth.scheduler.state.ClusterSettings;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole scheduler: embedded ZooKeeper, mTLS over loopback, and another one after it. */
@Tag("root") // packs slugs with the real sqfstar
@Timeout(120)
class SchedulerTest {
  private static final AppName SHOP = Client.name("acme", "shop");

  @TempDir Path directory;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Map<String, ManagedChannel> known = new HashMap<>();
  private Scheduler scheduler;

  @BeforeEach
  void start() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));
    for (String name :
        List.of("scheduler", "operator", "agent:node-1", "agent:node-2", "router:router-1")) {
      authority.issue(name, identity(name));
    }
    scheduler = scheduler();
  }

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    scheduler.close();
  }

  @Test
  void aRestartKeepsTheStateAndTheContainers() throws Exception {
    FakeAgent agent = new FakeAgent(channel("agent:node-1"), "node-1");
    deployShop(operator());
    operator().scale(SHOP, "web", 3);
    Edges.await("three running", () -> operator().instances(SHOP).getSettled());
    App before = operator().apps().getApp(SHOP);
    Map<Long, Order> orders = new HashMap<>(agent.orders);
    long epoch = epoch();

    restart();

    assertThat(operator().apps().getApp(SHOP)).isEqualTo(before);
    assertThat(epoch()).isGreaterThan(epoch);
    FakeAgent again = new FakeAgent(channel("agent:node-1"), "node-1");
    FakeRouter router = new FakeRouter(channel("router:router-1"), "router-1");
    Edges.await("the same orders", () -> again.orders.equals(orders));
    Edges.await("three routes", () -> router.routes("shop.acme.localhost") == 3);
  }

  @Test
  void tokensStillOpenTheDoorAfterARestart() throws Exception {
    String token = operator().createTenant("acme");

    restart();

    Client tenant = new Client(Edges.withToken(anonymous(), token));
    tenant.createApp("acme", "shop");
    assertThat(tenant.apps().getApp(SHOP).getDomainsList()).containsExactly("shop.acme.localhost");
  }

  @Test
  void certificatesAreWhatTheySay() {
    FakeAgent impostor = new FakeAgent(channel("agent:node-2"), "node-1");
    Client agent = new Client(channel("agent:node-1"));
    Client nobody = new Client(anonymous());

    Edges.await("the stream's end", () -> !impostor.ended.isEmpty());
    assertThat(impostor.ended.peek().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(Client.code(() -> agent.apps().getApp(SHOP))).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(Client.code(() -> nobody.apps().getApp(SHOP)))
        .isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void metricsTellOfLeadershipAndCommits() throws Exception {
    operator().createTenant("acme");
    URI metrics = URI.create("http://127.0.0.1:" + scheduler.adminPort() + "/metrics");

    String text;
    try (HttpClient http = HttpClient.newHttpClient()) {
      text =
          http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
              .body();
    }

    assertThat(text)
        .contains("berth_scheduler_leading 1.0")
        .contains("berth_scheduler_tenants 1.0")
        .contains("berth_scheduler_commit_seconds_count");
  }

  private void restart() throws Exception {
    scheduler.close();
    known.clear();
    scheduler = scheduler();
  }

  private Scheduler scheduler() throws IOException, InterruptedException {
    SchedulerSettings settings =
        new SchedulerSettings(
            "0a1b2c",
            new ClusterSettings("localhost", "debian-12"),
            Timers.DEFAULT,
            new SchedulerSettings.ListenSettings("127.0.0.1", 0, 0, Optional.empty()),
            identity("scheduler"),
            new SchedulerSettings.ZooKeeperSettings(
                directory.resolve("zookeeper"), Optional.empty(), Duration.ofSeconds(10)),
            directory.resolve("blobs"),
            SlugLimits.DEFAULT,
            Duration.ofHours(24),
            List.of(),
            directory.resolve("scheduler.json"));
    Scheduler started =
        new Scheduler(settings, new Scheduler.Outside(InstantSource.system(), new SecureRandom()));
    scheduler = started;
    Edges.await("leadership", this::leads);
    return started;
  }

  private boolean leads() {
    try {
      return epoch() > 0;
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  private long epoch() {
    return ClusterServiceGrpc.newBlockingStub(channel("operator"))
        .getStatus(GetStatusRequest.getDefaultInstance())
        .getEpoch();
  }

  private static void deployShop(Client operator) {
    operator.publishBase("debian-12", TestBases.SMALL);
    operator.createTenant("acme");
    operator.createApp("acme", "shop");
    operator.deploy(SHOP, Tar.small().bytes());
  }

  private Client operator() {
    return new Client(channel("operator"));
  }

  private ManagedChannel channel(String name) {
    return known.computeIfAbsent(name, this::dialled);
  }

  private ManagedChannel dialled(String name) {
    return channel(Identity.load(identity(name)).channelCredentials());
  }

  private ManagedChannel anonymous() {
    return channel(Identity.anonymousCredentials(identity("operator").resolve("ca.crt")));
  }

  private ManagedChannel channel(ChannelCredentials credentials) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", scheduler.apiPort(), credentials)
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .build();
    channels.add(channel);
    return channel;
  }

  private Path identity(String name) {
    return directory.resolve("identity").resolve(name.replace(':', '-'));
  }
}
