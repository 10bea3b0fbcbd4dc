package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.bench.load.Answer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cluster")
@Tag("root")
class TwoTenantsTest {
  private static final String SHOP = "acme/shop";
  private static final String BLOG = "globex/blog";
  private static final Pattern INSTANCE = Pattern.compile("instance (\\S+),");

  private static Stage<ThrowawayCluster> stage;

  @BeforeAll
  static void twoTenantsDeployTheTwoSamples() {
    stage = Stage.withOneNode();
    stage.cluster.publishBase("debian-12");
    stage.createTenant("acme");
    stage.createTenant("globex");
    stage.createApp(SHOP);
    stage.createApp(BLOG);
    stage.deploy(SHOP, Stage.sample("hello-python"));
    stage.deploy(BLOG, Stage.sample("hello-node"));
    stage.scale(SHOP, "web", 1);
    stage.scale(BLOG, "web", 1);
  }

  @AfterAll
  static void takeDown() {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  void eachHostnameAnswersFromItsOwnApp() {
    awaitAnswer(SHOP);
    awaitAnswer(BLOG);

    assertThat(stage.get(SHOP, "/").text()).contains(SHOP).contains("Python");
    assertThat(stage.get(BLOG, "/").text()).contains(BLOG).contains("JavaScript");
  }

  @Test
  void aHostnameOfNobodyGivesTheNoAppError() {
    Answer answer = stage.get("nobody/nothing", "/");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("berth-error")).isNotEmpty();
  }

  @Test
  void scalingToFourGivesFourHealthyInstancesWithinThreeSeconds() {
    stage.scale(SHOP, "web", 1);

    Duration taken = stage.scale(SHOP, "web", 4);

    assertThat(taken).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void theRouterSpreadsRequestsOverAllFour() {
    stage.scale(SHOP, "web", 4);
    awaitAnswer(SHOP);

    Map<String, Integer> answers = new TreeMap<>();
    for (int i = 0; i < 400; i++) {
      answers.merge(answeringInstance(), 1, Integer::sum);
    }

    assertThat(answers).hasSize(4);
    assertThat(answers.values()).allSatisfy(count -> assertThat(count).isGreaterThan(40));
  }

  @Test
  void scalingToZeroGivesTheNoInstanceErrorAndScalingBackWorks() {
    stage.scale(BLOG, "web", 0);

    stage.deadline.until(
        "the no-instance error", Stage.SOON, () -> stage.get(BLOG, "/").status() == 503);
    assertThat(stage.get(BLOG, "/").header("berth-error")).contains("H14");

    stage.scale(BLOG, "web", 1);
    awaitAnswer(BLOG);
    assertThat(stage.get(BLOG, "/").text()).contains("JavaScript");
  }

  @Test
  void workersRunBesideTheWebAndTheirLinesAreInTheLogs() {
    stage.scale(SHOP, "worker", 2);

    stage.deadline.until(
        "both workers' lines",
        Stage.SOON,
        () -> {
          String lines = stage.cluster.berth("logs", "-a", SHOP).out();
          return lines.contains("worker.1 has finished") && lines.contains("worker.2 has finished");
        });
  }

  private static void awaitAnswer(String app) {
    stage.deadline.until(
        "an answer of " + app, Stage.SOON, () -> stage.get(app, "/").status() == 200);
  }

  private static String answeringInstance() {
    Matcher matcher = INSTANCE.matcher(stage.get(SHOP, "/").text());
    return matcher.find() ? matcher.group(1) : "none";
  }
}
