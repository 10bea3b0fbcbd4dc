package dev.berth.scheduler.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.DemandChange;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.TenantId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pcollections.TreePMap;

class PlacementRulesTest {
  private static final Caller OPERATOR = new Caller.Operator();
  private static final Caller ACME = new Caller.OfTenant(new TenantId("acme"));
  private static final AppName SHOP = new AppName("acme", "shop");
  private static final Digest DIGEST = new Digest("a".repeat(64));

  private ClusterState state = ClusterState.empty();

  @BeforeEach
  void oneNodeInZoneAAndAnApp() {
    var node =
        new KnownNode(
            new NodeId("n1"),
            new Capacity(8192, 4000, 8192, 65_536),
            "x86_64",
            TreePMap.singleton("zone", "a"),
            "1",
            "crun",
            "boot");
    state = state.after(new Change.PutNode(node));
    accept(OPERATOR, new Command.PublishBase("debian-12", DIGEST, 1, ""));
    accept(OPERATOR, new Command.CreateTenant("acme", null, DIGEST));
    accept(ACME, new Command.CreateApp(SHOP, ""));
    var web = new ProcessType("web", "run", HealthCheck.STANDARD, 30_000);
    accept(
        ACME, new Command.CreateRelease(SHOP, new Release.Slug(DIGEST, 1), List.of(web), "deploy"));
  }

  @Test
  void whatIsNotNamedStaysAsItIs() {
    accept(ACME, scale(List.of("zone=a"), true, "high"));
    accept(ACME, scale(null, null, ""));

    assertThat(formation().demands())
        .isEqualTo(new Demands(List.of(Requirement.of("zone=a")), true, Priority.HIGH));

    accept(ACME, scale(List.of(), false, ""));

    assertThat(formation().demands()).isEqualTo(new Demands(List.of(), false, Priority.HIGH));
  }

  @ParameterizedTest
  @CsvSource({
    "zone, INVALID_REQUEST",
    "=a, INVALID_REQUEST",
    "zone=, INVALID_REQUEST",
    "zone=a b, INVALID_REQUEST",
    "Zone=a, INVALID_REQUEST",
    "zone in (), INVALID_REQUEST",
    "zone=b, NO_NODE_FITS",
    "zone!=a, NO_NODE_FITS",
    "arch in (arm64), NO_NODE_FITS"
  })
  void aRequirementThatIsNoneOrThatNoNodeMeetsIsRefused(String where, RefusalCode code) {
    Outcome.Refused refused = refuse(ACME, scale(List.of(where), null, ""));

    assertThat(refused.code()).isEqualTo(code);
    assertThat(refused.field()).isEqualTo("formation.web.where");
    assertThat(refused.remedy()).isNotEmpty();
  }

  @Test
  void tooManyRequirementsAreRefused() {
    assertThat(refuse(ACME, scale(Collections.nCopies(17, "zone=a"), null, "")).code())
        .isEqualTo(RefusalCode.LIMIT_EXCEEDED);
  }

  @Test
  void anUnknownPriorityIsRefusedWithThoseThatThereAre() {
    Outcome.Refused refused = refuse(ACME, scale(null, null, "urgent"));

    assertThat(refused.field()).isEqualTo("formation.web.priority");
    assertThat(refused.remedy()).contains("preemptible, low, normal, high");
  }

  @Test
  void operatorsLabelAndCordonNodesAndTheAgentsOwnLabelsStay() {
    accept(OPERATOR, new Command.LabelNode("n1", Map.of("zone", "b", "disk", "fast"), List.of()));
    accept(OPERATOR, new Command.CordonNode("n1", true));
    assertThat(node().allLabels())
        .containsExactly(
            Map.entry("arch", "x86_64"), Map.entry("disk", "fast"), Map.entry("zone", "b"));
    assertThat(node().policy().isCordoned()).isTrue();

    accept(OPERATOR, new Command.LabelNode("n1", Map.of(), List.of("zone", "disk")));
    accept(OPERATOR, new Command.CordonNode("n1", false));

    assertThat(node().label("zone", "")).isEqualTo("a");
    assertThat(node().policy().isCordoned()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"arch, arm64", "Zone, a", "zone, a b", "'', a"})
  void whatIsNoLabelIsRefused(String key, String value) {
    assertThat(refuse(OPERATOR, new Command.LabelNode("n1", Map.of(key, value), List.of())).code())
        .isEqualTo(RefusalCode.INVALID_REQUEST);
  }

  @Test
  void nodesAndPoolsAreForOperators() {
    assertThat(refuse(ACME, new Command.CordonNode("n1", true)).code())
        .isEqualTo(RefusalCode.PERMISSION_DENIED);
    assertThat(refuse(ACME, new Command.SetPool("acme", "batch")).code())
        .isEqualTo(RefusalCode.PERMISSION_DENIED);
    assertThat(refuse(OPERATOR, new Command.CordonNode("n2", true)).code())
        .isEqualTo(RefusalCode.NODE_NOT_FOUND);
  }

  @Test
  void aTenantInAPoolWithoutNodesCannotScaleUpWithASize() {
    accept(OPERATOR, new Command.SetPool("acme", "batch"));

    var size = new Command.ScaleChange("web", 1, "small");

    assertThat(refuse(ACME, new Command.Scale(SHOP, List.of(size))).code())
        .isEqualTo(RefusalCode.NO_NODE_FITS);
  }

  private static Command.Scale scale(
      @Nullable List<String> where, @Nullable Boolean antiAffinity, String priority) {
    var demands = new DemandChange(where, antiAffinity, priority);
    return new Command.Scale(SHOP, List.of(new Command.ScaleChange("web", 2, "", demands)));
  }

  private Formation formation() {
    return Objects.requireNonNull(
        state.app(AppId.of("acme", "shop")).orElseThrow().formation().get("web"));
  }

  private KnownNode node() {
    return Objects.requireNonNull(state.nodes().get(new NodeId("n1")));
  }

  private void accept(Caller caller, Command command) {
    Verdict verdict = judge(caller, command);
    assertThat(verdict).isInstanceOf(Verdict.Admitted.class);
    state = state.after(((Verdict.Admitted) verdict).changes());
  }

  private Outcome.Refused refuse(Caller caller, Command command) {
    Verdict verdict = judge(caller, command);
    assertThat(verdict).isInstanceOf(Verdict.Denied.class);
    return ((Verdict.Denied) verdict).refused();
  }

  private Verdict judge(Caller caller, Command command) {
    return Admission.judge(
        new Request(
            state,
            new ClusterSettings("localhost", "debian-12"),
            command,
            caller,
            Mutation.NONE,
            Instant.EPOCH));
  }
}
