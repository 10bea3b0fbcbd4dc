package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.bench.cluster.BaseImages;
import dev.berth.bench.cluster.BerthCommand;
import dev.berth.bench.load.SteadyLoad;
import dev.berth.proto.v1.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Instances of two tenants, one with six and one with a single one, are replaced in every way there
 * is while requests come at a constant rate, on nodes that are machines of their own. None of them
 * fails.
 */
@Tag("cluster")
@Tag("root")
class MovesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SHOP = "acme/shop";
  private static final String BLOG = "globex/blog";
  private static final int TAKEN_BACK = 8;
  private static final int ROLLED_BACK = 7;

  private static Stage<Fleet> stage;
  private List<Load> loads = List.of();

  @BeforeAll
  static void twoTenantsOnThreeMachines() throws Exception {
    stage = new Stage<>(Fleet.start(3));
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
    loads = Stream.of(SHOP, BLOG).map(app -> Load.on(stage, app)).toList();
  }

  @AfterEach
  void noRequestFailed() throws Exception {
    for (Load load : loads) {
      load.endsUnharmed();
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
    try {
      int before = lastRelease(SHOP);
      int stable = current(SHOP);
      String canary = variant("canary", Map.of()).toString();

      stage.cluster.berth("deploy", canary, "-a", SHOP, "--no-wait");
      awaitReleases(Map.of(stable, 4, before + 1, 2));
      assertThat(stage.cluster.berth("rollout", "-a", SHOP).out()).contains("canary of 30%");

      stage.cluster.berth("rollout", "promote", "-a", SHOP);
      awaitReleases(Map.of(before + 1, 6));
    } finally {
      stage.cluster.berth("rollout", "set", "-a", SHOP, "--canary", "none", "--promote", "auto");
    }
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
    assertThat(stage.instances(BLOG, "web")).hasSize(1).noneMatch(it -> it.getNode().equals(node));
    stage.cluster.berth("nodes", "drain", node, "--undo");
    JsonNode undone =
        stage.cluster.berth("nodes", "--json").jsonLines().stream()
            .filter(it -> it.path("name").asText().equals(node))
            .findFirst()
            .orElseThrow();
    assertThat(undone.path("drainingSince").asLong()).isZero();
  }

  @Test
  void aNodeThatIsAddedAndOneThatIsBackTakeInstancesOfFullerOnes() throws Exception {
    String back = stage.instances(BLOG, "web").getFirst().getNode();
    stage.cluster.berth("nodes", "drain", back);
    stage.cluster.berth("nodes", "drain", back, "--undo");

    String added = stage.cluster.addNode();
    stage.cluster.berth("nodes", "rebalance");

    for (String node : List.of(back, added)) {
      stage.deadline.until(
          "instances on " + node,
          Stage.SOON,
          () -> stage.instances(SHOP, "web").stream().anyMatch(it -> it.getNode().equals(node)));
    }
    stage.awaitRunning(SHOP, "web", 6);
    assertThat(stage.cluster.berth("events", "-a", SHOP).out()).contains("on average");
  }

  /** A patched base reaches the instances of all tenants, or none if it breaks one. */
  @Nested
  @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
  class OfTheBase {
    private static Path root;

    @BeforeAll
    static void oneAppNeedsAProgramOfTheBase() throws Exception {
      root = stage.cluster.scratch().resolve("root");
      Path base = BaseImages.image(Stage.home(), "busybox");
      run("unsquashfs", "-q", "-n", "-d", root.toString(), base.toString());
      stage.deploy(SHOP, variant("needy", Map.of("needs", "/usr/bin/tac\n")));
    }

    @Test
    @Order(1)
    void aPatchedOneComesUnderEveryInstanceAndIsOnceInTheMemoryOfANode() throws Exception {
      byte[] ballast = new byte[1 << 22];
      ThreadLocalRandom.current().nextBytes(ballast);
      Files.write(root.resolve("usr/ballast"), ballast);
      publish("2");

      BerthCommand.Outcome rolled =
          stage.cluster.berth("bases", "roll", "busybox", "--soak", "1s", "--json");

      assertThat(rolled.json().path("phase").asText()).isEqualTo("DONE");
      awaitBase(SHOP, 6, "2");
      awaitBase(BLOG, 1, "2");
      assertThat(stage.get(SHOP, "/").text().strip()).isEqualTo("2");
      assertThat(stage.get(BLOG, "/").text().strip()).isEqualTo("2");
      new Neighbours(stage, List.of(SHOP, BLOG)).shareTheBase(Path.of("usr/ballast"), "busybox");
    }

    @Test
    @Order(2)
    void oneThatBreaksAnAppGoesNoFurtherThanTheFirstRingAndBack() throws Exception {
      Files.delete(root.resolve("usr/bin/tac"));
      publish("3");

      BerthCommand.Outcome rolled =
          stage.cluster.tryBerth("bases", "roll", "busybox", "--rings", SHOP + ",100%", "--json");

      assertThat(rolled.exit()).isEqualTo(ROLLED_BACK);
      assertThat(rolled.json().path("phase").asText()).isEqualTo("ROLLED_BACK");
      assertThat(rolled.json().path("words").asText()).contains(SHOP).contains("first ring");
      awaitBase(SHOP, 6, "2");
      awaitBase(BLOG, 1, "2");
      assertThat(stage.cluster.berth("bases", "list").out()).contains("yes");
    }

    @Test
    @Order(3)
    void oneOnWhichAnAppAnswers500GoesBackByTheRoutersSignals() throws Exception {
      Files.writeString(root.resolve("usr/bin/tac"), "");
      Files.writeString(root.resolve("etc/base-fails"), "");
      publish("4");
      SteadyLoad pages =
          SteadyLoad.start(
              stage.cluster.httpPort(),
              stage.hostname(SHOP),
              "/cgi-bin/page",
              Load.RATE,
              4,
              System::nanoTime);

      BerthCommand.Outcome rolled =
          stage.cluster.tryBerth(
              "bases", "roll", "busybox", "--rings", SHOP + ",100%", "--soak", "30s", "--json");

      assertThat(rolled.exit()).isEqualTo(ROLLED_BACK);
      assertThat(rolled.json().path("phase").asText()).isEqualTo("ROLLED_BACK");
      assertThat(rolled.json().path("words").asText()).contains(SHOP).contains("5xx or no answer");
      awaitBase(SHOP, 6, "2");
      assertThat(stage.get(SHOP, "/cgi-bin/page").status()).isEqualTo(200);
      assertThat(pages.stop().failures()).isNotEmpty().allMatch(it -> it.what().contains("500"));
      assertThat(stage.cluster.berth("metrics", "-a", SHOP).out()).contains("v4").contains("P95");
    }

    private static void publish(String version) throws Exception {
      Files.writeString(root.resolve("etc/base-version"), version + "\n");
      Path image = stage.cluster.scratch().resolve("base-" + version + ".sqfs");
      run("mksquashfs", root.toString(), image.toString(), "-quiet", "-no-progress", "-all-root");
      stage.cluster.berth("bases", "publish", "busybox", image.toString());
    }

    private static void awaitBase(String app, int count, String version) {
      stage.awaitRunning(app, "web", count);
      assertThat(
              stage.instances(app, "web").stream()
                  .map(instance -> Integer.toString(instance.getBaseVersion())))
          .containsOnly(version);
    }

    private static void run(String... command) throws IOException, InterruptedException {
      Path log = stage.cluster.scratch().resolve("command.log");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }
  }

  /** The app with some files put in or changed. */
  private static Path variant(String name, Map<String, String> files) throws IOException {
    Path directory = Files.createTempDirectory(stage.cluster.scratch(), name);
    Files.createDirectory(directory.resolve("cgi-bin"));
    for (String file : List.of("Procfile", "web.sh", "cgi-bin/page")) {
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
    return stage.cluster.berth("releases", "-a", app, "--json").jsonLines().stream()
        .map(release -> release.path("number").asInt())
        .max(Integer::compare)
        .orElseThrow();
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
