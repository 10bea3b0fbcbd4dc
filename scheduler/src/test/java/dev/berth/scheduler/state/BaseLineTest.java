package dev.berth.scheduler.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePVector;

class BaseLineTest {
  private final BaseLine line =
      new BaseLine(
          "debian-12",
          TreePVector.singleton(version(1))
              .plus(version(2))
              .plus(version(1003))
              .plus(version(1004)));

  private static BaseVersion version(int number) {
    var digest = new Digest("%064x".formatted(number));
    return new BaseVersion(number, digest, 1, Instant.EPOCH, "", false, false);
  }

  @Test
  void aVersionIsFoundByItsNumberWhereNumbersWereLeftOut() {
    for (int number : new int[] {1, 2, 1003, 1004}) {
      assertThat(line.version(number).map(BaseVersion::number)).contains(number);
    }
    for (int number : new int[] {-1, 0, 3, 4, 1002, 1005}) {
      assertThat(line.version(number)).isEmpty();
    }
  }

  @Test
  void theOneBeforeIsTheNextThatIsInUseWhateverItsNumber() {
    assertThat(line.before(1004)).isEqualTo(1003);
    assertThat(line.before(1003)).isEqualTo(2);
    assertThat(line.with(version(2).forgotten()).before(1003)).isEqualTo(1);
    assertThat(line.before(1)).isZero();
    assertThat(line.with(version(1004).withdrawn(true)).newestInUse().number()).isEqualTo(1003);
  }

  @Test
  void theNextVersionIsAboveTheNewestAndAboveAllThatWereGivenBeforeARestore() {
    ClusterState state = ClusterState.empty();
    var floors = new ClusterState.Floors(7, 5000);
    ClusterState restored = state.withCounters(new ClusterState.Counters(0, 0, floors));

    assertThat(state.nextVersion(line)).isEqualTo(1005);
    assertThat(restored.nextVersion(line)).isEqualTo(5001);
    assertThat(restored.nextCampaign()).isEqualTo(new CampaignId(8));
  }
}
