package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.bench.cluster.BerthCommand;
import dev.berth.bench.load.LoadReport;
import dev.berth.bench.load.SteadyLoad;
import dev.berth.proto.v1.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Instances of two tenants, one with six and one with a single one, are replaced in every way there
 * is while requests come at a constant rate. None of them fails.
 */
@Tag("cluster")
@Tag("root")
class MovesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SHOP = "acme/shop";
  private static final String BLOG = "globex/blog";
  private static final int RATE = 100;
  private static final int TAKEN_BACK = 8;

  private static Stage stage;
  private List<SteadyLoad> loads = List.of();

  @BeforeAll
  static void twoTenantsOnThreeNodes() throws Exception {
    stage = Stage.withNodes(3);
    stage.cluster.publishBase("busybox");
    deploy("acme", SHOP, 6);
    deploy("globex", BLOG, 1);
  }

  private static void deploy(String tenant, String app, int count) throws IOException {
    stage.createTenant(tenant);
    stage.createAppOnBusybox(app);
    stage.deploy(app, variant("first", Map.of()));
    stage.scale(app, "web", count);
    stage.deadline.until("an answer", Stage.SOON, () -> stage.get(app, "/").status() == 200);
  }

  @AfterAll
  static void takeDown() {
    if (stage != null) {
      stage.close();
    }
  }

  @BeforeEach
  void requestsBegin() {
    loads =
        List.of(SHOP, BLOG).stream()
            .map(app ->
                SteadyLoad.start(
                    stage.cluster.httpPort(), stage.hostname(app), "/", RATE, 4, System::nanoTime))
            .toList();
  }

  @AfterEach
  void theCanaryIsOver() {
    stage.cluster.berth("rollout", "set", "-a", SHOP, "--canary", "none", "--promote", "auto");
  }

  @AfterEach
  void noRequestFailed() throws InterruptedException {
    for (SteadyLoad load : loads) {
      LoadReport report = load.stop();
      assertThat(report.answers()).isGreaterThan(RATE);
      assertThat(report.failures()).as(report.toString()).isEmpty();
    }
  }

  @Test
  void aDeployReachesEveryInstance() throws Exception {
    for (String app : List.of(SHOP, BLOG)) {
      int before = lastRelease(app);

      stage.deploy(app, variant("next", Map.of()));

      assertThat(releases(app)).containsOnlyKeys(before + 1);
    }
  }

  @Test
  void aBrokenReleaseIsTakenBackAndSaysWhy() throws Exception {
    for (String app : List.of(SHOP, BLOG)) {
      Map<Integer, Integer> before = releases(app);
      Path broken = variant("broken", Map.of("needs", "/no/such/file\n"));

      BerthCommand.Outcome deployed =
          stage.cluster.tryBerth("deploy", broken.toString(), "-a", app);

      assertThat(deployed.exit()).as(deployed.err()).isEqualTo(TAKEN_BACK);
      assertThat(deployed.err()).contains("taken back").contains("ends again and again");
      assertThat(releases(app)).isEqualTo(before);
    }
  }

  @Test
  void aConfigChangeIsARelease() {
    for (String app : List.of(SHOP, BLOG)) {
      int before = lastRelease(app);

      stage.cluster.berth("config", "set", "-a", app, "COLOUR=green" + before);

      assertThat(releases(app)).containsOnlyKeys(before + 1);
    }
  }

  @Test
  void aCanaryWaitsToBePromotedAndThenGoesOn() throws Exception {
    stage.cluster.berth(
        "rollout", "set", "-a", SHOP, "--canary", "30", "--promote", "manual", "--soak", "1s");
    int before = lastRelease(SHOP);
    int stable = current(SHOP);

    stage.cluster.berth("deploy", variant("canary", Map.of()).toString(), "-a", SHOP, "--no-wait");
    awaitReleases(Map.of(stable, 4, before + 1, 2));
    assertThat(stage.cluster.berth("rollout", "-a", SHOP).out()).contains("canary of 30%");

    stage.cluster.berth("rollout", "promote", "-a", SHOP);
    awaitReleases(Map.of(before + 1, 6));
  }

  @Test
  void theReleaseCommandComesFirstAndStopsTheReleaseIfItFails() throws Exception {
    Map<Integer, Integer> before = releases(SHOP);
    String migration = "echo no such table >&2; exit 3";
    Path failing =
        variant(
            "failing",
            Map.of("Procfile", "web: sh web.sh\nrelease: sh -c '%s'\n".formatted(migration)));
    Path releasing = variant("releasing", Map.of("Procfile", "web: sh web.sh\nrelease: true\n"));

    BerthCommand.Outcome failed = stage.cluster.tryBerth("deploy", failing.toString(), "-a", SHOP);
    assertThat(failed.exit()).as(failed.err()).isEqualTo(TAKEN_BACK);
    assertThat(failed.err()).contains("release command", "code 3", "no such table");
    assertThat(releases(SHOP)).isEqualTo(before);

    stage.deploy(SHOP, releasing);
    assertThat(releases(SHOP)).containsOnlyKeys(lastRelease(SHOP));
  }

  @Test
  void aDrainedNodeIsEmptiedAndComesBack() throws Exception {
    String node = stage.instances(BLOG, "web").getFirst().getNode();

    BerthCommand.Outcome drained =
        stage.cluster.berth("nodes", "drain", node, "--reason", "a new kernel", "--json");

    assertThat(MAPPER.readTree(drained.out()).path("instances").asInt()).isZero();
    assertThat(stage.instances(SHOP, "web")).hasSize(6).noneMatch(it -> it.getNode().equals(node));
    stage.cluster.berth("nodes", "drain", node, "--undo");
    JsonNode undone =
        MAPPER.readTree(stage.cluster.berth("nodes", "--json").out().lines().toList().getFirst());
    assertThat(undone.path("drainingSince").asLong()).isZero();
  }

  @Test
  void anEmptyNodeTakesInstancesOfFullerOnes() {
    String node = stage.instances(BLOG, "web").getFirst().getNode();
    stage.cluster.berth("nodes", "drain", node);
    stage.cluster.berth("nodes", "drain", node, "--undo");

    stage.cluster.berth("nodes", "rebalance");

    stage.deadline.until(
        "instances on " + node,
        Stage.SOON,
        () -> stage.instances(SHOP, "web").stream().anyMatch(it -> it.getNode().equals(node)));
    stage.awaitRunning(SHOP, "web", 6);
    assertThat(stage.cluster.berth("events", "-a", SHOP).out()).contains("on average");
  }

  /** The app with some files put in or changed. */
  private static Path variant(String name, Map<String, String> files) throws IOException {
    Path directory = Files.createTempDirectory(stage.cluster.scratch(), name);
    for (String file : List.of("Procfile", "web.sh")) {
      Files.copy(Stage.testApp("based").resolve(file), directory.resolve(file));
    }
    Files.writeString(directory.resolve("name"), directory.getFileName().toString());
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
    return directory;
  }

  private static int current(String app) {
    return stage.api.instances(app).getApp().getCurrentRelease();
  }

  private static int lastRelease(String app) {
    return stage
        .cluster
        .berth("releases", "-a", app, "--json")
        .out()
        .lines()
        .map(MovesTest::number)
        .max(Integer::compare)
        .orElseThrow();
  }

  private static int number(String release) {
    try {
      return MAPPER.readTree(release).path("number").asInt();
    } catch (IOException notJson) {
      throw new AssertionError(release, notJson);
    }
  }

  private static void awaitReleases(Map<Integer, Integer> wanted) {
    try {
      stage.deadline.until(
          "instances by release " + wanted, Stage.SOON, () -> releases(SHOP).equals(wanted));
    } catch (AssertionError late) {
      throw new AssertionError(
          "%s; there are %s%n%s%s"
              .formatted(
                  late.getMessage(),
                  releases(SHOP),
                  stage.cluster.berth("rollout", "-a", SHOP).out(),
                  stage.cluster.berth("ps", "-a", SHOP).out()),
          late);
    }
  }

  /** How many instances run of each release. */
  private static Map<Integer, Integer> releases(String app) {
    var releases = new TreeMap<Integer, Integer>();
    for (Instance instance : stage.instances(app, "web")) {
      releases.merge(instance.getRelease(), 1, Integer::sum);
    }
    return releases;
  }
}
