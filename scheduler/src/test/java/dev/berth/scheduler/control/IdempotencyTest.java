package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same request under the same key, under one leader and the next. */
class IdempotencyTest {
  private static final Caller OPERATOR = new Caller.Operator();

  @Test
  void askingAgainHasNoSecondEffectAndTheSameAnswer() {
    TestCluster cluster = TestCluster.withNodes(1);

    Outcome first = ask(cluster, "k", release());
    Outcome again = ask(cluster, "k", release());

    assertThat(again).isEqualTo(first);
    assertThat(cluster.shop().release().lastNumber()).isEqualTo(1);
  }

  @Test
  void theNextLeaderGivesTheFirstAnswerAndMakesNothing() {
    TestCluster cluster = TestCluster.withNodes(1);
    Outcome first = ask(cluster, "k", release());

    TestCluster next = cluster.takenOver();
    Outcome again = ask(next, "k", release());

    assertThat(again).isEqualTo(first);
    assertThat(next.shop().release().lastNumber()).isEqualTo(1);
  }

  @Test
  void eachKindOfAnswerOutlivesItsLeader() {
    TestCluster cluster = TestCluster.withNodes(1);
    ask(cluster, "deploy", release());
    Map<String, Command> commands =
        Map.of(
            "tenant", new Command.SetPool("acme", "gpu"),
            "app", new Command.PinBase(TestCluster.SHOP, Duration.ofHours(1)),
            "config", new Command.ChangeConfig(TestCluster.SHOP, Map.of("A", "1"), List.of()),
            "node", new Command.CordonNode("node-1", true),
            "restart", new Command.Restart(TestCluster.SHOP, ""),
            "base", new Command.PublishBase("debian-12", new Digest("b".repeat(64)), 1, ""),
            "done", new Command.FreezeCluster());
    commands.forEach((key, command) ->
        assertThat(ask(cluster, key, command)).as(key).isInstanceOf(Outcome.Accepted.class));

    TestCluster next = cluster.takenOver();
    next.takeChanges();
    commands.forEach((key, command) ->
        assertThat(ask(next, key, command)).as(key).isInstanceOf(Outcome.Accepted.class));

    assertThat(next.takeChanges())
        .noneMatch(Change.PutApp.class::isInstance)
        .noneMatch(Change.PutTenant.class::isInstance)
        .noneMatch(Change.PutBase.class::isInstance)
        .noneMatch(Change.PutAnswer.class::isInstance);
  }

  @Test
  void aKeyThatWasUsedForSomethingElseIsRefusedAlsoByTheNextLeader() {
    TestCluster cluster = TestCluster.withNodes(1);
    ask(cluster, "k", release());

    Outcome other = ask(cluster.takenOver(), "k", new Command.Restart(TestCluster.SHOP, ""));

    assertThat(((Outcome.Refused) other).code()).isEqualTo(RefusalCode.INVALID_REQUEST);
  }

  @Test
  void keysOfDifferentCallersNeverMeet() {
    TestCluster cluster = TestCluster.withNodes(1);
    ask(cluster, "k", release());

    Outcome tenants =
        cluster
            .takenOver()
            .ask(release(), new Caller.OfTenant(new TenantId("acme")), new Mutation("k", 0, ""));

    assertThat(((Result.ReleaseResult) ((Outcome.Accepted) tenants).result()).app().version())
        .isEqualTo(cluster.shop().version() + 1);
  }

  @Test
  void aRefusalIsNotRemembered() {
    TestCluster cluster = TestCluster.empty();
    assertThat(ask(cluster, "k", new Command.CordonNode("node-1", true)))
        .isInstanceOf(Outcome.Refused.class);

    cluster.connect("node-1", new dev.berth.scheduler.state.Capacity(1024, 1000, 100, 1000));

    assertThat(ask(cluster, "k", new Command.CordonNode("node-1", true)))
        .isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void anAnswerIsKeptForTenMinutesOfTheLeaderThatIsAsked() {
    TestCluster cluster = TestCluster.withNodes(1);
    ask(cluster, "k", release());
    cluster.run(Duration.ofMinutes(9));

    TestCluster next = cluster.takenOver();
    next.run(Duration.ofMinutes(9));
    ask(next, "k", release());
    assertThat(next.shop().release().lastNumber()).isEqualTo(1);

    next.run(Duration.ofMinutes(2));
    ask(next, "k", release());
    assertThat(next.shop().release().lastNumber()).isEqualTo(2);
  }

  @Test
  void noMoreThanTenThousandAreRemembered() {
    TestCluster cluster = TestCluster.withNodes(1);
    for (int number = 0; number < Idempotency.MAX_REMEMBERED + 50; number++) {
      ask(cluster, "k" + number, new Command.CordonNode("node-1", number % 2 == 0));
    }

    assertThat(cluster.state().upkeep().answers().bySequence()).hasSize(Idempotency.MAX_REMEMBERED);
    assertThat(cluster.state().upkeep().answers().byKey()).hasSize(Idempotency.MAX_REMEMBERED);
  }

  private static Outcome ask(TestCluster cluster, String key, Command command) {
    return cluster.ask(command, OPERATOR, new Mutation(key, 0, ""));
  }

  private static Command release() {
    return new Command.CreateRelease(
        TestCluster.SHOP,
        new Release.Slug(new Digest("0".repeat(64)), 1),
        List.of(new ProcessType("web", "run", HealthCheck.STANDARD, 10_000)),
        "deploy");
  }
}
