package dev.berth.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.simulation.campaign.CampaignRun;
import dev.berth.simulation.campaign.Dimensions;
import dev.berth.simulation.run.Logging;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A base campaign over a fleet that is small enough for every build. */
class CampaignTest {
  @TempDir private Path directory;

  @BeforeEach
  void quiet() {
    Logging.off();
  }

  @Test
  void aCampaignKeepsEveryBudgetAndIsDone() throws Exception {
    CampaignRun.Result result = run(new Dimensions(60, 1_500, 20, false, Duration.ofMinutes(70)));

    assertThat(result.violation()).isEmpty();
    assertThat(result.campaign()).isPresent();
    assertThat(result.moved()).isGreaterThan(1_200);
    assertThat(result.waiting().keySet()).isSubsetOf("window", "moves-per-hour", "rest");
  }

  @Test
  void anEmergencyMovesAllOverTheBudgetsAndStillKeepsAppsAvailable() throws Exception {
    CampaignRun.Result result = run(new Dimensions(200, 5_000, 50, true, Duration.ofHours(1)));

    assertThat(result.violation()).isEmpty();
    assertThat(result.isAllMoved()).isTrue();
    assertThat(result.passedOver()).isPositive();
  }

  private CampaignRun.Result run(Dimensions dimensions) throws Exception {
    return new CampaignRun(7, dimensions, BlobStore.open(directory), _ -> {}, () -> 0).run();
  }
}
