package dev.berth.scheduler.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.Ipv4Network;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome.Refused;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.TenantId;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pcollections.TreePMap;

class AdmissionTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Digest DIGEST = new Digest("a".repeat(64));
  private static final Caller OPERATOR = new Caller.Operator();
  private static final Caller ACME = new Caller.OfTenant(new TenantId("acme"));
  private static final Caller EVIL = new Caller.OfTenant(new TenantId("evil"));
  private static final AppName SHOP = new AppName("acme", "shop");
  private static final ClusterSettings SETTINGS = new ClusterSettings("localhost", "debian-12");

  private ClusterState state = ClusterState.empty();

  @BeforeEach
  void deployShop() {
    state = state.after(new Change.PutNode(node(new Capacity(8192, 4000, 8192, 65_536))));
    accept(OPERATOR, new Command.PublishBase("debian-12", DIGEST, 1, ""));
    accept(OPERATOR, new Command.CreateTenant("acme", null, DIGEST));
    accept(OPERATOR, new Command.CreateTenant("evil", null, new Digest("b".repeat(64))));
    accept(ACME, new Command.CreateApp(SHOP, ""));
    accept(ACME, release(SHOP, "web", "worker"));
  }

  @Test
  void aFirstReleaseGivesWebOneInstanceAndTheOthersNone() {
    assertThat(shop().formation())
        .isEqualTo(Map.of("web", new Formation(1, "small"), "worker", new Formation(0, "small")));
    assertThat(shop().release()).isEqualTo(new App.CurrentRelease(1, 1, 1));
    assertThat(shop().domains()).containsExactly("shop.acme.localhost");
  }

  static Stream<Arguments> scaleRefusals() {
    return Stream.of(
        arguments(
            "unknown app",
            ACME,
            scale(new AppName("acme", "nope"), "web", 1, ""),
            RefusalCode.APP_NOT_FOUND),
        arguments(
            "illegal app name",
            ACME,
            scale(new AppName("acme", "../x"), "web", 1, ""),
            RefusalCode.APP_NOT_FOUND),
        arguments(
            "another tenant's app", EVIL, scale(SHOP, "web", 1, ""), RefusalCode.APP_NOT_FOUND),
        arguments("scale to -1", ACME, scale(SHOP, "web", -1, ""), RefusalCode.INVALID_COUNT),
        arguments(
            "scale to a million",
            ACME,
            scale(SHOP, "web", 1_000_000, ""),
            RefusalCode.QUOTA_EXCEEDED),
        arguments(
            "scale to the largest number",
            ACME,
            scale(SHOP, "web", Long.MAX_VALUE, ""),
            RefusalCode.QUOTA_EXCEEDED),
        arguments(
            "too much memory", ACME, scale(SHOP, "web", 17, "xlarge"), RefusalCode.QUOTA_EXCEEDED),
        arguments(
            "unknown process type",
            ACME,
            scale(SHOP, "clock", 1, ""),
            RefusalCode.PROCESS_TYPE_NOT_FOUND),
        arguments("unknown size", ACME, scale(SHOP, "web", 1, "huge"), RefusalCode.SIZE_NOT_FOUND),
        arguments(
            "a size no node has", ACME, scale(SHOP, "web", 1, "giant"), RefusalCode.NO_NODE_FITS),
        arguments(
            "no changes", ACME, new Command.Scale(SHOP, List.of()), RefusalCode.INVALID_REQUEST));
  }

  static Stream<Arguments> nameRefusals() {
    return Stream.of(
        arguments("taken app name", ACME, new Command.CreateApp(SHOP, ""), RefusalCode.APP_EXISTS),
        arguments(
            "illegal new name",
            ACME,
            new Command.CreateApp(new AppName("acme", "Shop"), ""),
            RefusalCode.INVALID_NAME),
        arguments(
            "app for another tenant",
            EVIL,
            new Command.CreateApp(new AppName("acme", "mine"), ""),
            RefusalCode.TENANT_NOT_FOUND),
        arguments(
            "unknown base line",
            ACME,
            new Command.CreateApp(new AppName("acme", "other"), "plan9"),
            RefusalCode.BASE_NOT_FOUND),
        arguments(
            "tenant by tenant",
            ACME,
            new Command.CreateTenant("friend", null, DIGEST),
            RefusalCode.PERMISSION_DENIED),
        arguments(
            "quota by tenant",
            ACME,
            new Command.SetQuota("acme", Quota.DEFAULT),
            RefusalCode.PERMISSION_DENIED),
        arguments(
            "base by tenant",
            ACME,
            new Command.PublishBase("debian-12", DIGEST, 1, ""),
            RefusalCode.PERMISSION_DENIED),
        arguments(
            "tenant with apps",
            OPERATOR,
            new Command.DestroyTenant("acme"),
            RefusalCode.TENANT_NOT_EMPTY));
  }

  static Stream<Arguments> configRefusals() {
    return Stream.of(
        arguments("config name with dash", ACME, config("MY-VAR", "x"), RefusalCode.INVALID_CONFIG),
        arguments(
            "config name with digit first", ACME, config("1X", "x"), RefusalCode.INVALID_CONFIG),
        arguments("config PORT", ACME, config("PORT", "80"), RefusalCode.INVALID_CONFIG),
        arguments("config BERTH_", ACME, config("BERTH_APP", "x"), RefusalCode.INVALID_CONFIG),
        arguments("config NUL", ACME, config("X", "a\0b"), RefusalCode.INVALID_CONFIG),
        arguments(
            "config too large",
            ACME,
            config("X", "x".repeat(64 * 1024 + 1)),
            RefusalCode.LIMIT_EXCEEDED),
        arguments(
            "not a hostname",
            ACME,
            new Command.AddDomain(SHOP, "http://x.org"),
            RefusalCode.INVALID_DOMAIN),
        arguments(
            "wildcard", ACME, new Command.AddDomain(SHOP, "*.x.org"), RefusalCode.INVALID_DOMAIN),
        arguments(
            "the cluster's domain",
            ACME,
            new Command.AddDomain(SHOP, "x.localhost"),
            RefusalCode.DOMAIN_TAKEN),
        arguments(
            "default domain removed",
            ACME,
            new Command.RemoveDomain(SHOP, "shop.acme.localhost"),
            RefusalCode.INVALID_DOMAIN),
        arguments(
            "unknown domain removed",
            ACME,
            new Command.RemoveDomain(SHOP, "x.org"),
            RefusalCode.DOMAIN_NOT_FOUND));
  }

  static Stream<Arguments> egressRefusals() {
    return Stream.of(
        arguments("by a tenant", ACME, deny("10.0.0.0/8"), RefusalCode.PERMISSION_DENIED),
        arguments("IPv6", OPERATOR, deny("2001:db8::/32"), RefusalCode.INVALID_EGRESS),
        arguments("no prefix", OPERATOR, deny("10.0.0.0"), RefusalCode.INVALID_EGRESS),
        arguments("a prefix of 33", OPERATOR, deny("10.0.0.0/33"), RefusalCode.INVALID_EGRESS),
        arguments("a part of 256", OPERATOR, deny("10.0.256.0/24"), RefusalCode.INVALID_EGRESS),
        arguments("octal", OPERATOR, deny("010.0.0.0/8"), RefusalCode.INVALID_EGRESS),
        arguments("a name", OPERATOR, deny("example.org"), RefusalCode.INVALID_EGRESS),
        arguments("a rule", OPERATOR, deny("10.0.0.0/8 } accept"), RefusalCode.INVALID_EGRESS),
        arguments("host bits", OPERATOR, deny("10.1.2.3/8"), RefusalCode.INVALID_EGRESS),
        arguments(
            "what is never reachable",
            OPERATOR,
            new Command.SetEgress("acme", List.of("169.254.169.254/32"), List.of()),
            RefusalCode.INVALID_EGRESS),
        arguments(
            "65 networks",
            OPERATOR,
            new Command.SetEgress("acme", List.of(), Collections.nCopies(65, "10.0.0.0/8")),
            RefusalCode.LIMIT_EXCEEDED),
        arguments(
            "no such tenant",
            OPERATOR,
            new Command.SetEgress("nobody", List.of(), List.of()),
            RefusalCode.TENANT_NOT_FOUND));
  }

  static Stream<Arguments> releaseRefusals() {
    return Stream.of(
        arguments("release without web", ACME, release(SHOP, "worker"), RefusalCode.WEB_MISSING),
        arguments("release of nothing", ACME, release(SHOP), RefusalCode.INVALID_RELEASE),
        arguments(
            "rollback beyond", ACME, new Command.Rollback(SHOP, 7), RefusalCode.RELEASE_NOT_FOUND),
        arguments(
            "rollback of the first",
            ACME,
            new Command.Rollback(SHOP, 0),
            RefusalCode.RELEASE_NOT_FOUND),
        arguments(
            "restart of no type",
            ACME,
            new Command.Restart(SHOP, "clock"),
            RefusalCode.PROCESS_TYPE_NOT_FOUND),
        arguments(
            "restart of no instance",
            ACME,
            new Command.Restart(SHOP, "web.2"),
            RefusalCode.INSTANCE_NOT_FOUND));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({
    "scaleRefusals",
    "nameRefusals",
    "configRefusals",
    "egressRefusals",
    "releaseRefusals"
  })
  void refusesWithAStableCodeAndTheNextStep(
      String what, Caller caller, Command command, RefusalCode code) {
    Refused refused = refuse(caller, command, Mutation.NONE);

    assertThat(refused.code()).as(what).isEqualTo(code);
    assertThat(refused.reason()).isNotBlank();
    assertThat(refused.remedy()).isNotBlank();
  }

  @Test
  void aQuotaRefusalNamesTheNumbers() {
    Refused refused = refuse(ACME, scale(SHOP, "web", 1_000_000, ""), Mutation.NONE);

    assertThat(refused.reason())
        .isEqualTo("this would make 1000000 instances; the tenant's quota is 200");
    assertThat(refused.field()).isEqualTo("formation.web.count");
  }

  @Test
  void aNetworkWithHostBitsIsRefusedWithItsCanonicalForm() {
    Refused refused = refuse(OPERATOR, deny("10.1.2.3/8"), Mutation.NONE);

    assertThat(refused.field()).isEqualTo("egress.deny");
    assertThat(refused.remedy())
        .isEqualTo("write 10.0.0.0/8 for the whole network, or 10.1.2.3/32 for the one address");
  }

  @Test
  void anEgressPolicyIsKeptSortedAndOnce() {
    accept(OPERATOR, deny("203.0.113.0/24", "10.0.0.0/8", "203.0.113.0/24"));

    EgressPolicy egress = state.tenant(new TenantId("acme")).orElseThrow().egress();
    assertThat(egress.allow()).isEmpty();
    assertThat(egress.deny())
        .containsExactly(Ipv4Network.of("10.0.0.0/8"), Ipv4Network.of("203.0.113.0/24"));
  }

  @Test
  void aTenantOverItsQuotaMayScaleDown() {
    accept(ACME, scale(SHOP, "web", 100, ""));
    accept(OPERATOR, new Command.SetQuota("acme", new Quota(10, 1000, 5)));

    accept(ACME, scale(SHOP, "web", 50, ""));

    assertThat(shop().formation()).containsEntry("web", new Formation(50, "small"));
  }

  @Test
  void anExpectedVersionThatIsNotTheAppsIsAConflict() {
    Refused refused = refuse(ACME, scale(SHOP, "web", 2, ""), new Mutation("", 99, ""));

    assertThat(refused.code()).isEqualTo(RefusalCode.VERSION_CONFLICT);
    assertThat(judge(ACME, scale(SHOP, "web", 2, ""), new Mutation("", shop().version(), "")))
        .isInstanceOf(Verdict.Admitted.class);
  }

  @Test
  void aHostileConfigValueIsKeptAsItIsAndMakesARelease() {
    String value = "() { :;}; echo x\n'\"$(id)" + "y".repeat(30_000);

    accept(ACME, config("HOSTILE", value));

    assertThat(shop().config()).containsEntry("HOSTILE", value);
    assertThat(state.currentRelease(shop()).orElseThrow().config()).containsEntry("HOSTILE", value);
    assertThat(shop().release().number()).isEqualTo(2);
  }

  @Test
  void aDomainBelongsToOneAppOnly() {
    var other = new AppName("evil", "shop");
    accept(EVIL, new Command.CreateApp(other, ""));
    accept(ACME, new Command.AddDomain(SHOP, "Shop.Example.ORG"));

    assertThat(shop().domains()).containsExactly("shop.acme.localhost", "shop.example.org");
    assertThat(refuse(EVIL, new Command.AddDomain(other, "shop.example.org"), Mutation.NONE).code())
        .isEqualTo(RefusalCode.DOMAIN_TAKEN);
  }

  @Test
  void aReleaseMayDropWebOnceNothingNeedsIt() {
    accept(ACME, scale(SHOP, "web", 0, ""));

    accept(ACME, release(SHOP, "worker"));

    assertThat(shop().formation()).containsOnlyKeys("worker");
  }

  @Test
  void aRollbackIsANewReleaseWithTheOldConfig() {
    accept(ACME, config("KEY", "new"));

    accept(ACME, new Command.Rollback(SHOP, 0));

    assertThat(shop().release().number()).isEqualTo(3);
    assertThat(shop().config()).isEmpty();
    assertThat(state.currentRelease(shop()).orElseThrow().origin().description())
        .isEqualTo("rollback to v1");
  }

  @Test
  void onlyADeployTakesANewerBase() {
    accept(OPERATOR, new Command.PublishBase("debian-12", new Digest("c".repeat(64)), 1, ""));

    accept(ACME, config("KEY", "value"));
    assertThat(shop().release().baseVersion()).isEqualTo(1);

    accept(ACME, release(SHOP, "web"));
    assertThat(shop().release().baseVersion()).isEqualTo(2);
  }

  @Test
  void publishingTheNewestBaseAgainChangesNothing() {
    Verdict verdict =
        judge(OPERATOR, new Command.PublishBase("debian-12", DIGEST, 1, ""), Mutation.NONE);

    assertThat(((Verdict.Admitted) verdict).changes()).isEmpty();
  }

  @Test
  void onlyFiftyReleasesAreKept() {
    for (int number = 2; number <= 60; number++) {
      accept(ACME, release(SHOP, "web"));
    }

    assertThat(state.releasesOf(AppId.of("acme", "shop"))).hasSize(50);
    assertThat(shop().release().number()).isEqualTo(60);
  }

  private App shop() {
    return state.app(AppId.of("acme", "shop")).orElseThrow();
  }

  private void accept(Caller caller, Command command) {
    Verdict verdict = judge(caller, command, Mutation.NONE);
    assertThat(verdict).isInstanceOf(Verdict.Admitted.class);
    state = state.after(((Verdict.Admitted) verdict).changes());
  }

  private Refused refuse(Caller caller, Command command, Mutation mutation) {
    Verdict verdict = judge(caller, command, mutation);
    assertThat(verdict).isInstanceOf(Verdict.Denied.class);
    return ((Verdict.Denied) verdict).refused();
  }

  private Verdict judge(Caller caller, Command command, Mutation mutation) {
    return Admission.judge(new Request(state, SETTINGS, command, caller, mutation, NOW));
  }

  private static Command deny(String... networks) {
    return new Command.SetEgress("acme", List.of(), List.of(networks));
  }

  private static Command scale(AppName app, String type, long count, String size) {
    return new Command.Scale(app, List.of(new Command.ScaleChange(type, count, size)));
  }

  private static Command config(String name, String value) {
    return new Command.ChangeConfig(SHOP, Map.of(name, value), List.of());
  }

  private static Command release(AppName app, String... types) {
    var processTypes =
        Stream.of(types)
            .map(type -> new ProcessType(type, "run", HealthCheck.STANDARD, 30_000))
            .toList();
    return new Command.CreateRelease(app, new Release.Slug(DIGEST, 1), processTypes, "");
  }

  private static KnownNode node(Capacity capacity) {
    return new KnownNode(
        new NodeId("node-1"), capacity, "x86_64", TreePMap.empty(), "1", "crun", "boot");
  }
}
