package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.bench.cluster.BaseImages;
import dev.berth.bench.cluster.BerthCommand;
import dev.berth.bench.load.LoadReport;
import dev.berth.bench.load.SteadyLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A patched base reaches the instances of all tenants, under load, with no request dropped. */
@Tag("cluster")
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BaseRollTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SHOP = "acme/shop";
  private static final String BLOG = "globex/blog";
  private static final int RATE = 100;

  private static Stage stage;
  private static Path root;

  @BeforeAll
  static void twoTenantsOnThreeNodes() throws Exception {
    stage = Stage.withNodes(3);
    stage.cluster.publishBase("busybox");
    root = stage.cluster.scratch().resolve("root");
    run("unsquashfs", "-q", "-n", "-d", root.toString(), base().toString());
    Path needy = stage.cluster.scratch().resolve("needy");
    Files.createDirectories(needy.resolve("cgi-bin"));
    for (String file : List.of("Procfile", "web.sh", "cgi-bin/page")) {
      Files.copy(Stage.testApp("based").resolve(file), needy.resolve(file));
    }
    Files.writeString(needy.resolve("needs"), "/usr/bin/tac\n");
    deploy("acme", SHOP, needy, 6);
    deploy("globex", BLOG, Stage.testApp("based"), 1);
  }

  private static void deploy(String tenant, String app, Path files, int count) {
    stage.createTenant(tenant);
    stage.createAppOnBusybox(app);
    stage.deploy(app, files);
    stage.scale(app, "web", count);
    stage.deadline.until("an answer", Stage.SOON, () -> stage.get(app, "/").status() == 200);
  }

  @AfterAll
  static void takeDown() {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  @Order(1)
  void thePatchedBaseIsUnderEveryInstanceAndNoRequestFailed() throws Exception {
    publish("2");
    SteadyLoad shop = load(SHOP);
    SteadyLoad blog = load(BLOG);

    BerthCommand.Outcome rolled =
        stage.cluster.berth("bases", "roll", "busybox", "--soak", "1s", "--json");

    assertThat(campaign(rolled).path("phase").asText()).isEqualTo("DONE");
    awaitBase(SHOP, 6, "2");
    awaitBase(BLOG, 1, "2");
    assertUnharmed(shop);
    assertUnharmed(blog);
    assertThat(stage.get(SHOP, "/").text().strip()).isEqualTo("2");
    assertThat(stage.get(BLOG, "/").text().strip()).isEqualTo("2");
  }

  @Test
  @Order(2)
  void aBaseThatBreaksOneAppGoesNoFurtherThanTheFirstRingAndBack() throws Exception {
    Files.delete(root.resolve("usr/bin/tac"));
    publish("3");
    SteadyLoad shop = load(SHOP);
    SteadyLoad blog = load(BLOG);

    BerthCommand.Outcome rolled =
        stage.cluster.tryBerth("bases", "roll", "busybox", "--rings", SHOP + ",100%", "--json");

    assertThat(rolled.exit()).isEqualTo(7);
    JsonNode campaign = campaign(rolled);
    assertThat(campaign.path("phase").asText()).isEqualTo("ROLLED_BACK");
    assertThat(campaign.path("words").asText()).contains(SHOP).contains("first ring");
    awaitBase(SHOP, 6, "2");
    awaitBase(BLOG, 1, "2");
    assertUnharmed(shop);
    assertUnharmed(blog);
    assertThat(stage.cluster.berth("bases", "list").out()).contains("yes");
  }

  @Test
  @Order(3)
  void aBaseOnWhichOneAppAnswers500GoesBackByTheRoutersSignals() throws Exception {
    Files.writeString(root.resolve("usr/bin/tac"), "");
    Files.writeString(root.resolve("etc/base-fails"), "");
    publish("4");
    SteadyLoad shop = load(SHOP, "/cgi-bin/page");
    SteadyLoad blog = load(BLOG);

    BerthCommand.Outcome rolled =
        stage.cluster.tryBerth(
            "bases", "roll", "busybox", "--rings", SHOP + ",100%", "--soak", "30s", "--json");

    assertThat(rolled.exit()).isEqualTo(7);
    JsonNode campaign = campaign(rolled);
    assertThat(campaign.path("phase").asText()).isEqualTo("ROLLED_BACK");
    assertThat(campaign.path("words").asText()).contains(SHOP).contains("5xx or no answer");
    awaitBase(SHOP, 6, "2");
    assertThat(stage.get(SHOP, "/cgi-bin/page").status()).isEqualTo(200);
    assertUnharmed(blog);
    assertThat(shop.stop().failures()).isNotEmpty().allMatch(it -> it.what().contains("500"));
    assertThat(stage.cluster.berth("metrics", "-a", SHOP).out()).contains("v4").contains("P95");
  }

  private static JsonNode campaign(BerthCommand.Outcome outcome) throws IOException {
    return MAPPER.readTree(outcome.out());
  }

  private static Path base() {
    return BaseImages.image(Stage.home(), "busybox");
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

  private static SteadyLoad load(String app) {
    return load(app, "/");
  }

  private static SteadyLoad load(String app, String path) {
    return SteadyLoad.start(
        stage.cluster.httpPort(), stage.hostname(app), path, RATE, 4, System::nanoTime);
  }

  private static void assertUnharmed(SteadyLoad load) throws InterruptedException {
    LoadReport report = load.stop();
    assertThat(report.answers()).isGreaterThan(RATE);
    assertThat(report.failures()).as(report.toString()).isEmpty();
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Path log = stage.cluster.scratch().resolve("command.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as(Files.readString(log)).isZero();
  }
}
