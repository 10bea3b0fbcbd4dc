package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.bench.cluster.BerthCommand;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node tries its own defences, with real containers. */
@Tag("cluster")
@Tag("root")
class NodeVerifyTest {
  private static Stage stage;

  @BeforeAll
  static void oneNode() {
    stage = Stage.withOneNode();
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
  void aNodeThatDoesNotExistIsRefused() {
    BerthCommand.Outcome outcome = stage.cluster.tryBerth("node", "verify", "node-9", "--json");

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err()).contains("NODE_NOT_FOUND");
  }
}
