package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.bench.cluster.BerthCommand;
import dev.berth.bench.cluster.ThrowawayCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node tries its own defences, with real containers. */
@Tag("cluster")
@Tag("root")
class NodeVerifyTest {
  private static final String APP = "acme/shop";

  private static Stage<ThrowawayCluster> stage;

  @BeforeAll
  static void oneNodeWithAnApp() {
    stage = Stage.withOneNode();
    stage.cluster.publishBase("busybox");
    stage.createTenant("acme");
    stage.createAppOnBusybox(APP);
    stage.deploy(APP, Stage.testApp("quick"));
  }

  @AfterAll
  static void takeDown() {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  void everyRequiredCheckPassesHere() {
    JsonNode report = stage.cluster.berth("node", "verify", "node-1", "--json").json();

    assertThat(report.get("full").asBoolean()).isTrue();
    assertThat(report.get("findings")).isNotEmpty();
    assertThat(report.get("findings"))
        .allSatisfy(finding ->
            assertThat(finding.get("passed").asBoolean() || !finding.get("required").asBoolean())
                .as(finding.toString())
                .isTrue());
  }

  @Test
  void aNodeIsVerifiedAtItsStart() {
    JsonNode node = stage.cluster.berth("nodes", "--json").json();

    assertThat(node.get("verifiedAt").asLong()).isPositive();
    assertThat(node.get("failedChecks")).isEmpty();
  }

  @Test
  void aNodeWhoseMountedImageWasChangedKeepsWhatRunsAndGetsNothingNew() throws IOException {
    Path image = changeAByte(anImage());
    try {
      BerthCommand.Outcome outcome = stage.cluster.tryBerth("node", "verify", "node-1", "--json");
      assertThat(outcome.exit()).isEqualTo(6);
      stage.api.scale(APP, "idle", 1);
      stage.deadline.until(
          "the refusal",
          Stage.SOON,
          () ->
              stage.instances(APP, "idle").stream()
                  .anyMatch(it -> it.getDetail().contains("node-1 fails images-unchanged")));
      assertThat(stage.get(APP, "/").status()).isEqualTo(200);
    } finally {
      changeAByte(image);
    }

    stage.cluster.berth("node", "verify", "node-1");
    stage.awaitRunning(APP, "idle", 1);

    assertThat(stage.cluster.berth("events").out())
        .contains("node.unverified")
        .contains("node.verified");
  }

  @Test
  void aTenantsEgressListsAreSetAndShownAndMistakesAreRefused() {
    JsonNode set =
        stage
            .cluster
            .berth("tenants", "egress", "acme", "--deny", "203.0.113.0/24", "--json")
            .json();
    BerthCommand.Outcome wrong =
        stage.cluster.tryBerth("tenants", "egress", "acme", "--deny", "203.0.113.300/24");

    assertThat(set.get("egress").get("deny").get(0).asText()).isEqualTo("203.0.113.0/24");
    assertThat(stage.cluster.berth("tenants", "egress", "acme").out()).contains("203.0.113.0/24");
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err()).contains("203.0.113.300/24");
    assertThat(stage.cluster.berth("tenants", "egress", "acme", "--clear").out())
        .doesNotContain("203.0.113");
  }

  @Test
  void aNodeThatDoesNotExistIsRefused() {
    BerthCommand.Outcome outcome = stage.cluster.tryBerth("node", "verify", "node-9", "--json");

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("NODE_NOT_FOUND");
  }

  /** Any will do that is mounted; the largest is one of the bases. */
  private static Path anImage() throws IOException {
    try (var images = Files.list(stage.cluster.stateDirectory().resolve("agents/node-1/images"))) {
      return images
          .filter(Files::isRegularFile)
          .max(Comparator.comparingLong(image -> image.toFile().length()))
          .orElseThrow();
    }
  }

  /** The last byte is padding, so that nothing that runs breaks; twice, and all is as before. */
  private static Path changeAByte(Path image) throws IOException {
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(file.length() - 1);
      int last = file.read();
      file.seek(file.length() - 1);
      file.write(last ^ 1);
    }
    return image;
  }
}
