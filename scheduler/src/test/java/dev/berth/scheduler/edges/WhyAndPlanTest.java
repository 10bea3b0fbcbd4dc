package dev.berth.scheduler.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.CordonNodeRequest;
import dev.berth.proto.v1.LabelNodeRequest;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import dev.berth.proto.v1.PlacementServiceGrpc;
import dev.berth.proto.v1.PlanRequest;
import dev.berth.proto.v1.PlanResponse;
import dev.berth.proto.v1.PlannedStep;
import dev.berth.proto.v1.Reason;
import dev.berth.proto.v1.Remedy;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.ScaleRequest;
import dev.berth.proto.v1.WhyRequest;
import dev.berth.scheduler.base.TestBases;
import dev.berth.scheduler.slug.Tar;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhyAndPlanTest {
  private static final AppName SHOP = Client.name("acme", "shop");

  @TempDir Path directory;
  private Edges edges;
  private Client operator;
  private Channel tenant;

  @BeforeEach
  void oneNodeAndAnApp() throws IOException {
    edges = new Edges(directory);
    edges.lead();
    operator = new Client(edges.as("operator"));
    var _ = new FakeAgent(edges.as("agent:node-1"), "node-1");
    operator.publishBase("debian-12", TestBases.SMALL);
    tenant = edges.withToken(operator.createTenant("acme"));
    operator.createApp("acme", "shop");
    operator.deploy(SHOP, Tar.small().bytes());
    Edges.await("the node", () -> operator.instances(SHOP).getSettled());
  }

  @AfterEach
  void close() {
    edges.close();
  }

  @Test
  void anOperatorReadsWhichNodeRefusesAndTheCommandThatHelps() {
    waitInVain();

    Reason reason = pending(operator.channel());

    assertThat(reason.getInstancesList()).containsExactly("web.2");
    assertThat(reason.getRefusalsList())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.getRule()).isEqualTo("CORDONED");
          assertThat(it.getShortages(0).getNode()).isEqualTo("node-1");
        });
    assertThat(reason.getRemedies(0).getCommand()).isEqualTo("berth node uncordon node-1");
  }

  @Test
  void aTenantReadsTheRuleAndHowManyNodesButNoNames() {
    waitInVain();

    Reason reason = pending(tenant);

    assertThat(reason.getRefusals(0).getNodes()).isEqualTo(1);
    assertThat(reason.getRefusals(0).getShortagesList()).isEmpty();
    assertThat(reason.getRemediesList())
        .extracting(Remedy::getWords)
        .noneMatch(words -> words.contains("node-1"));
  }

  @Test
  void whatRunsNamesTheDecisionThatPutItThere() {
    Reason reason = why(tenant, "web.1").getFirst();

    assertThat(reason.getNode()).isEqualTo("node-1");
    assertThat(reason.getWords()).contains("formation has 1 web");
    assertThat(reason.getEvent()).isPositive();
  }

  @Test
  void anInstanceThatIsNotThereIsRefused() {
    assertThat(Client.refusal(() -> why(tenant, "web.7")).getCode())
        .isEqualTo("INSTANCE_NOT_FOUND");
    assertThat(Client.code(() -> why(edges.withToken(operator.createTenant("rival")), "web")))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aPlanSaysWhatWouldStartAndStopAndChangesNothing() {
    PlanResponse up = plan(3);
    PlanResponse down = plan(0);

    assertThat(up.getStepsList())
        .extracting(PlannedStep::getKind)
        .containsExactly(PlannedStep.Kind.START, PlannedStep.Kind.START);
    assertThat(up.getRunning()).isEqualTo(3);
    assertThat(down.getStepsList())
        .extracting(PlannedStep::getInstance)
        .containsExactly("acme/shop/web.1");
    assertThat(down.getDisruptions()).isEqualTo(1);
    assertThat(operator.instances(SHOP).getInstancesCount()).isEqualTo(1);
  }

  @Test
  void aPlanThatWouldBeRefusedSaysWhy() {
    assertThat(plan(100_000).getRefusal().getCode()).isEqualTo("QUOTA_EXCEEDED");
  }

  @Test
  void labelsAreShownWithTheNode() {
    Node node =
        NodeServiceGrpc.newBlockingStub(operator.channel())
            .labelNode(
                LabelNodeRequest.newBuilder().setNode("node-1").putSet("pool", "batch").build());

    assertThat(node.getPool()).isEqualTo("batch");
    assertThat(node.getLabelsMap()).containsEntry("pool", "batch");
  }

  private void waitInVain() {
    var _ =
        NodeServiceGrpc.newBlockingStub(operator.channel())
            .cordonNode(CordonNodeRequest.newBuilder().setNode("node-1").setCordoned(true).build());
    operator.scale(SHOP, "web", 2);
  }

  private static Reason pending(Channel channel) {
    return why(channel, "").stream().filter(Reason::getPending).findFirst().orElseThrow();
  }

  private static List<Reason> why(Channel channel, String target) {
    return PlacementServiceGrpc.newBlockingStub(channel)
        .why(WhyRequest.newBuilder().setName(SHOP).setTarget(target).build())
        .getReasonsList();
  }

  private PlanResponse plan(int count) {
    ScaleChange change = ScaleChange.newBuilder().setProcessType("web").setCount(count).build();
    return PlacementServiceGrpc.newBlockingStub(tenant)
        .plan(
            PlanRequest.newBuilder()
                .setScale(ScaleRequest.newBuilder().setName(SHOP).addChanges(change))
                .build());
  }
}
