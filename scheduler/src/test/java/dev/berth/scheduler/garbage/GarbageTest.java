package dev.berth.scheduler.garbage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.control.TestCluster;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GarbageTest {
  private static final String LINE = "debian-12";

  private final TestCluster cluster = TestCluster.withNodes(1);

  @Test
  void theNewestThreeBaseVersionsAndThoseInUseAreKept() {
    cluster.deploy("web"); // on v1
    publish(2, 6);

    assertThat(garbage().bases())
        .containsExactly(new Garbage.Version(LINE, 2), new Garbage.Version(LINE, 3));

    collect();
    assertThat(garbage().bases()).isEmpty();
    assertThat(cluster.operator(new Command.RollBase(LINE, 2, List.of(), Duration.ZERO, false)))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, it -> assertThat(it.reason()).contains("image"));
    assertThat(garbage().named(cluster.state()))
        .contains(digest(6))
        .doesNotContain(digest(2), digest(3));
  }

  @Test
  void whatACampaignMayGoBackToIsKept() {
    cluster.deploy("web");
    cluster.scale("web", 1);
    publish(2, 2);
    cluster.operator(new Command.RollBase(LINE, 2, List.of(), Duration.ZERO, false));
    publish(3, 8);

    assertThat(garbage().bases()).extracting(Garbage.Version::number).containsExactly(3, 4, 5);
  }

  @Test
  void tenantsMayNotCollect() {
    var tenant = new dev.berth.scheduler.state.Caller.OfTenant(TestCluster.SHOP_ID.tenant());

    assertThat(cluster.ask(new Command.CollectGarbage(), tenant))
        .isInstanceOf(Outcome.Refused.class);
  }

  private Outcome collect() {
    return cluster.operator(new Command.CollectGarbage());
  }

  private Garbage garbage() {
    return Garbage.of(cluster.state());
  }

  private void publish(int from, int to) {
    for (int version = from; version <= to; version++) {
      cluster.operator(new Command.PublishBase(LINE, digest(version), 1, ""));
    }
  }

  private static Digest digest(int version) {
    return new Digest(Integer.toString(version).repeat(64));
  }
}
