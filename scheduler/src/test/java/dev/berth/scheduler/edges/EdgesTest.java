package dev.berth.scheduler.edges;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.AgentLinkGrpc;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.BlobChunk;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.EgressPolicy;
import dev.berth.proto.v1.EventServiceGrpc;
import dev.berth.proto.v1.FetchBlobRequest;
import dev.berth.proto.v1.FindSlugRequest;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.InstanceList;
import dev.berth.proto.v1.ListAppsRequest;
import dev.berth.proto.v1.ListEventsRequest;
import dev.berth.proto.v1.ListInstancesRequest;
import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.LogLine;
import dev.berth.proto.v1.LogServiceGrpc;
import dev.berth.proto.v1.LogsWanted;
import dev.berth.proto.v1.Order;
import dev.berth.proto.v1.ReadLogsRequest;
import dev.berth.proto.v1.ReleaseServiceGrpc;
import dev.berth.proto.v1.SetEgressRequest;
import dev.berth.proto.v1.TenantServiceGrpc;
import dev.berth.proto.v1.UploadSlugRequest;
import dev.berth.scheduler.base.TestBases;
import dev.berth.scheduler.blobs.Sha256;
import dev.berth.scheduler.slug.Tar;
import dev.berth.scheduler.state.Digest;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("root") // packs slugs with the real sqfstar
@Timeout(60)
class EdgesTest {
  private static final AppName SHOP = Client.name("acme", "shop");

  @TempDir Path directory;
  private Edges edges;
  private Client operator;

  @BeforeEach
  void open() throws IOException {
    edges = new Edges(directory);
    edges.lead();
    operator = new Client(edges.as("operator"));
  }

  @AfterEach
  void close() {
    edges.close();
  }

  @Test
  void aDeployReachesTheAgentAndThenTheRouter() {
    FakeAgent agent = agent("node-1");
    FakeRouter router = new FakeRouter(edges.as("router:router-1"), "router-1");
    deployShop();

    operator.scale(SHOP, "web", 3);

    Edges.await("three routes", () -> router.routes("shop.acme.localhost") == 3);
    Order order = agent.orders.values().iterator().next();
    assertThat(order.getSpec().getCommand()).isEqualTo("./run");
    assertThat(order.getSpec().getEnvironmentMap())
        .containsEntry("PORT", "5000")
        .containsEntry("HOME", "/app")
        .containsEntry("BERTH_APP", "shop")
        .containsEntry("BERTH_RELEASE", "v1");
    assertThat(agent.complaints).isEmpty();
    assertThat(router.complaints).isEmpty();
  }

  @Test
  void anEgressPolicyReachesTheOrdersOfWhatRunsAndOfNobodyElse() {
    FakeAgent agent = agent("node-1");
    deployShop();
    operator.scale(SHOP, "web", 2);
    Edges.await("two orders", () -> agent.orders.size() == 2);
    operator.createTenant("rival");

    egress("rival", "10.0.0.0/8");
    egress("acme", "203.0.113.0/24");

    Edges.await(
        "the policy in every order",
        () ->
            agent.orders.values().stream()
                .allMatch(it -> it.getEgress().getDenyList().equals(List.of("203.0.113.0/24"))));
    assertThat(agent.complaints).isEmpty();
    assertThat(events(operator.channel())).contains("tenant.egress-set");
  }

  private void egress(String tenant, String network) {
    var request =
        SetEgressRequest.newBuilder()
            .setName(tenant)
            .setEgress(EgressPolicy.newBuilder().addDeny(network))
            .build();
    TenantServiceGrpc.newBlockingStub(operator.channel()).setEgress(request);
  }

  @Test
  void scalingDownStopsDropsAndTakesFromTheRoutes() {
    FakeAgent agent = agent("node-1");
    FakeRouter router = new FakeRouter(edges.as("router:router-1"), "router-1");
    deployShop();
    operator.scale(SHOP, "web", 3);
    Edges.await("three routes", () -> router.routes("shop.acme.localhost") == 3);

    operator.scale(SHOP, "web", 0);

    Edges.await("no order is left", agent.orders::isEmpty);
    assertThat(router.routes("shop.acme.localhost")).isZero();
    assertThat(agent.complaints).isEmpty();
    assertThat(router.complaints).isEmpty();
  }

  @Test
  void aReconnectingAgentGetsTheWholeStateAndTheOldStreamEnds() {
    FakeAgent old = agent("node-1");
    deployShop();
    operator.scale(SHOP, "web", 2);
    Edges.await("two orders", () -> old.orders.size() == 2);

    FakeAgent next = agent("node-1");

    Edges.await("the same orders", () -> next.orders.keySet().equals(old.orders.keySet()));
    Edges.await("the old stream's end", () -> !old.ended.isEmpty());
    assertThat(old.ended.peek().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(next.complaints).isEmpty();
  }

  @Test
  void anAgentCannotSpeakForAnotherNode() {
    FakeAgent impostor = new FakeAgent(edges.as("agent:node-2"), "node-1");
    FakeAgent anonymous = new FakeAgent(edges.anonymous(), "node-1");

    Edges.await("both ends", () -> !impostor.ended.isEmpty() && !anonymous.ended.isEmpty());
    assertThat(impostor.ended.peek().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(anonymous.ended.peek().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void aTenantSeesNothingOfAnother() {
    String acme = operator.createTenant("acme");
    Client rival = new Client(edges.withToken(operator.createTenant("rival")));
    new Client(edges.withToken(acme)).createApp("acme", "shop");

    assertThat(Client.refusal(() -> rival.apps().getApp(SHOP)).getCode())
        .isEqualTo("APP_NOT_FOUND");
    assertThat(Client.code(() -> rival.apps().getApp(SHOP))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(Client.code(() -> rival.scale(SHOP, "web", 1))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(Client.code(() -> rival.instances(SHOP))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(rival.apps().listApps(ListAppsRequest.getDefaultInstance()).getAppsList()).isEmpty();
    assertThat(events(rival.channel())).noneMatch(kind -> kind.startsWith("app."));
    assertThat(events(edges.withToken(acme))).contains("app.created");
  }

  @Test
  void whoIsNeitherOperatorNorTenantIsUnauthenticated() {
    for (Channel channel :
        List.of(edges.anonymous(), edges.withToken("guess"), edges.as("agent:node-1"))) {
      Runnable call =
          () ->
              ClusterServiceGrpc.newBlockingStub(channel)
                  .getStatus(GetStatusRequest.getDefaultInstance());

      assertThat(Client.code(call)).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(Client.refusal(call).getCode()).isEqualTo("UNAUTHENTICATED");
    }
  }

  @Test
  void onlyOperatorsMakeTenantsAndPublishBases() {
    Client tenant = new Client(edges.withToken(operator.createTenant("acme")));

    assertThat(Client.code(() -> tenant.createTenant("more")))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(Client.code(() -> tenant.publishBase("debian-12", TestBases.SMALL)))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  @Test
  void aBaseThatIsNoSquashfsIsRefused() {
    assertThat(
            Client.refusal(() -> operator.publishBase("debian-12", "ELF!".getBytes(UTF_8)))
                .getCode())
        .isEqualTo("BASE_INVALID");
  }

  @Test
  void aTarOfAnotherDigestIsRefusedAndNothingIsKept() {
    operator.createTenant("acme");
    operator.createApp("acme", "shop");

    var refusal =
        Client.refusal(
            () -> operator.upload(SHOP, Tar.small().bytes(), Sha256.of(new byte[1]).hex()));

    assertThat(refusal.getCode()).isEqualTo("SLUG_DIGEST_MISMATCH");
    assertThat(filesUnder(directory)).isZero();
  }

  @Test
  void whoHangsUpInTheMiddleOfAnUploadLeavesNothingBehind() {
    operator.createTenant("acme");
    operator.createApp("acme", "shop");
    byte[] tar = Tar.small().bytes();
    UploadSlugRequest.Header header =
        UploadSlugRequest.Header.newBuilder()
            .setName(SHOP)
            .setTarDigest(Sha256.of(tar).hex())
            .setTarBytes(tar.length)
            .build();
    StreamObserver<UploadSlugRequest> upload =
        ReleaseServiceGrpc.newStub(edges.as("operator")).uploadSlug(new Ignoring<>());
    upload.onNext(UploadSlugRequest.newBuilder().setHeader(header).build());
    Edges.await("a file is begun", () -> filesUnder(directory) == 1);

    upload.onError(new IllegalStateException("the caller hangs up"));

    Edges.await("no file is left", () -> filesUnder(directory) == 0);
  }

  @Test
  void aTarThatIsTooLargeIsRefusedBeforeItIsSent() {
    operator.createTenant("acme");
    operator.createApp("acme", "shop");

    byte[] tar = new byte[(1 << 20) + 1];

    assertThat(Client.refusal(() -> operator.upload(SHOP, tar, Sha256.of(tar).hex())).getCode())
        .isEqualTo("SLUG_TOO_LARGE");
  }

  @Test
  void aKnownTarNeedsNoUpload() {
    agent("node-1");
    deployShop();
    FindSlugRequest request =
        FindSlugRequest.newBuilder()
            .setName(SHOP)
            .setTarDigest(Sha256.of(Tar.small().bytes()).hex())
            .build();

    var found = ReleaseServiceGrpc.newBlockingStub(edges.as("operator")).findSlug(request);

    assertThat(found.getSlugDigest()).matches("[0-9a-f]{64}");
  }

  @Test
  void aWatchShowsTheWayToSettled() {
    agent("node-1");
    deployShop();
    Iterator<InstanceList> watch =
        operator.apps().watchInstances(ListInstancesRequest.newBuilder().setName(SHOP).build());
    assertThat(watch.next().getApp().getName()).isEqualTo("shop");

    operator.scale(SHOP, "web", 2);

    InstanceList last = watch.next();
    while (!last.getSettled() || last.getInstancesCount() != 2) {
      last = watch.next();
    }
    assertThat(last.getInstancesList())
        .allMatch(instance -> instance.getPhase() == Instance.Phase.RUNNING);
  }

  @Test
  void withoutNodesInstancesArePendingAndSayWhy() {
    deployShop();
    operator.scale(SHOP, "web", 1);

    Edges.await("a pending instance", () -> operator.instances(SHOP).getInstancesCount() == 1);

    Instance instance = operator.instances(SHOP).getInstances(0);
    assertThat(instance.getPhase()).isEqualTo(Instance.Phase.PENDING);
    assertThat(instance.getDetail()).isNotEmpty();
  }

  @Test
  void anAgentFetchesBlobsAndNobodyElseDoes() throws IOException {
    byte[] content = TestBases.ofAbout(700_000);
    operator.publishBase("debian-12", content);
    Digest digest = Sha256.of(content);

    List<BlobChunk> chunks = fetch(edges.as("agent:node-1"), digest.hex());

    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (BlobChunk chunk : chunks) {
      assertThat(chunk.getData().size()).isLessThanOrEqualTo(256 * 1024);
      chunk.getData().writeTo(all);
    }
    assertThat(Sha256.of(all.toByteArray())).isEqualTo(digest);
    assertThat(chunks.getFirst().getTotalBytes()).isEqualTo(all.size());
    assertThat(Client.code(() -> fetch(edges.as("operator"), digest.hex())))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(Client.code(() -> fetch(edges.as("agent:node-1"), "../../etc/passwd")))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void logsComeFromTheAgentsInOrderOfTimeAndOnlyForWhatWasAsked() {
    FakeAgent agent = agent("node-1");
    deployShop();
    operator.scale(SHOP, "web", 2);
    Edges.await("two running", () -> operator.instances(SHOP).getSettled());
    Iterator<LogLine> lines =
        LogServiceGrpc.newBlockingStub(edges.as("operator"))
            .readLogs(ReadLogsRequest.newBuilder().setName(SHOP).build());
    Edges.await("the agent is asked", () -> !agent.logsWanted.isEmpty());

    answerLogs(edges.as("agent:node-1"), agent.logsWanted.remove());

    List<LogLine> found = new ArrayList<>();
    lines.forEachRemaining(found::add);
    assertThat(found)
        .filteredOn(line -> line.getSource() == LogLine.Source.STDOUT)
        .extracting(line -> line.getInstance() + " " + line.getText().toStringUtf8())
        .containsExactly("web.2 early", "web.1 late");
  }

  @Test
  void whoFollowsSeesInstancesThatArePlacedLater() {
    FakeAgent agent = agent("node-1");
    deployShop();
    Edges.await("one running", () -> operator.instances(SHOP).getSettled());
    Iterator<LogLine> lines =
        LogServiceGrpc.newBlockingStub(edges.as("operator"))
            .readLogs(ReadLogsRequest.newBuilder().setName(SHOP).setFollow(true).build());
    Queue<LogLine> found = new ConcurrentLinkedQueue<>();
    Thread reader = Thread.ofVirtual().start(() -> readAll(lines, found));
    Edges.await("the agent is asked", () -> agent.logsWanted.size() == 1);
    LogsWanted first = agent.logsWanted.remove();
    begin(edges.as("agent:node-1"), first);

    operator.scale(SHOP, "web", 3);

    Edges.await("the agent is asked again", () -> !agent.logsWanted.isEmpty());
    assertThat(agent.logsWanted.remove().getPlacementIdsList())
        .doesNotContainAnyElementsOf(first.getPlacementIdsList());
    edges.stopLeading();
    Edges.await("the reading ends with the term", () -> !reader.isAlive());
    assertThat(found).anyMatch(line -> line.getSource() == LogLine.Source.PLATFORM);
  }

  @Test
  void whoDoesNotLeadSaysSoAndEndsTheStreams() {
    FakeAgent agent = agent("node-1");
    Edges.await("the node is known", () -> !events(edges.as("operator")).isEmpty());

    edges.stopLeading();

    Edges.await("the stream's end", () -> !agent.ended.isEmpty());
    assertThat(agent.ended.peek().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    var refusal = Client.refusal(() -> operator.apps().getApp(SHOP));
    assertThat(refusal.getCode()).isEqualTo("NOT_LEADING");
    assertThat(refusal.getLeader()).isEqualTo("10.0.0.9:7100");
    assertThat(refusal.getRemedy()).isEqualTo("ask the scheduler at 10.0.0.9:7100");
  }

  private FakeAgent agent(String node) {
    return new FakeAgent(edges.as("agent:" + node), node);
  }

  private void deployShop() {
    operator.publishBase("debian-12", TestBases.SMALL);
    operator.createTenant("acme");
    operator.createApp("acme", "shop");
    operator.deploy(SHOP, Tar.small().bytes());
  }

  private static List<String> events(Channel channel) {
    return EventServiceGrpc.newBlockingStub(channel)
        .listEvents(ListEventsRequest.getDefaultInstance())
        .getEventsList()
        .stream()
        .map(event -> event.getKind())
        .toList();
  }

  private static List<BlobChunk> fetch(Channel channel, String digest) {
    List<BlobChunk> chunks = new ArrayList<>();
    AgentLinkGrpc.newBlockingStub(channel)
        .fetchBlob(FetchBlobRequest.newBuilder().setDigest(digest).build())
        .forEachRemaining(chunks::add);
    return chunks;
  }

  private static void answerLogs(Channel channel, LogsWanted wanted) {
    StreamObserver<LogChunk> out = AgentLinkGrpc.newStub(channel).sendLogs(new Ignoring<>());
    out.onNext(
        LogChunk.newBuilder()
            .setStreamId(wanted.getStreamId())
            .addLines(line(wanted.getPlacementIds(0), 2000, "late"))
            .addLines(line(wanted.getPlacementIds(1), 1000, "early"))
            .addLines(line(9999, 1500, "of another app"))
            .build());
    out.onCompleted();
  }

  private static void begin(Channel channel, LogsWanted wanted) {
    AgentLinkGrpc.newStub(channel)
        .sendLogs(new Ignoring<>())
        .onNext(LogChunk.newBuilder().setStreamId(wanted.getStreamId()).build());
  }

  private static void readAll(Iterator<LogLine> lines, Queue<LogLine> found) {
    try {
      lines.forEachRemaining(found::add);
    } catch (StatusRuntimeException ended) {
      assertThat(ended.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  private static LogChunk.Line line(long placement, long at, String text) {
    return LogChunk.Line.newBuilder()
        .setPlacementId(placement)
        .setLine(LogLine.newBuilder().setAt(at).setText(ByteString.copyFromUtf8(text)))
        .build();
  }

  private static long filesUnder(Path path) {
    try (Stream<Path> files = Files.walk(path)) {
      return files.filter(Files::isRegularFile).count();
    } catch (IOException | UncheckedIOException vanished) {
      return -1; // a file went away while we looked; look again
    }
  }

  /** Takes the end of a call. */
  private static final class Ignoring<A> implements StreamObserver<A> {
    @Override
    public void onNext(A message) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
