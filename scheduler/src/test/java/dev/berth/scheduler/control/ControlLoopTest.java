package dev.berth.scheduler.control;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.store.InMemoryStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlLoopTest {
  private static final Digest DIGEST = new Digest("a".repeat(64));
  private static final Command CREATE = new Command.CreateTenant("acme", null, DIGEST);
  private static final Caller OPERATOR = new Caller.Operator();

  private final InMemoryStore store = InMemoryStore.empty();
  private final ControlLoop loop =
      new ControlLoop(
          new Term(1, Instant.EPOCH, TestCluster.SETTINGS, Timers.DEFAULT),
          store,
          store.load(),
          new SpreadPlacer(),
          InstantSource.fixed(Instant.EPOCH));

  @BeforeEach
  void start() {
    loop.start();
  }

  @AfterEach
  void stop() {
    loop.close();
  }

  @Test
  void anAcceptedCommandIsCommittedAndVisibleWhenTheAnswerArrives() throws Exception {
    Outcome outcome = submit(CREATE).get(5, SECONDS);

    assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
    assertThat(loop.snapshot().state().tenants()).containsOnlyKeys(new TenantId("acme"));
    assertThat(store.state().tenants()).containsOnlyKeys(new TenantId("acme"));
  }

  @Test
  void nothingLeavesBeforeItsCommit() throws Exception {
    submit(CREATE).get(5, SECONDS);
    store.hold();

    var made = submit(new Command.CreateApp(TestCluster.SHOP, ""));
    var refused = submit(new Command.DestroyTenant("nobody"));
    store.held().get(5, SECONDS);
    assertThat(made).isNotDone();
    assertThat(refused).isNotDone();
    assertThat(loop.snapshot().state().apps()).isEmpty();

    store.release();
    assertThat(made.get(5, SECONDS)).isInstanceOf(Outcome.Accepted.class);
    assertThat(refused.get(5, SECONDS)).isInstanceOf(Outcome.Refused.class);
    assertThat(loop.snapshot().state().apps()).hasSize(1);
  }

  @Test
  void subscribersSeeEveryCommittedPassInOrderFromTheirFirstSnapshotOn() throws Exception {
    var seen = new LinkedBlockingQueue<Published>();
    submit(CREATE).get(5, SECONDS);
    loop.subscribe(seen::add);
    submit(new Command.CreateApp(TestCluster.SHOP, "")).get(5, SECONDS);

    Published first = seen.take();
    assertThat(first.before()).isSameAs(first.after());
    assertThat(first.after().state().tenants()).hasSize(1);
    Published second = seen.take();
    assertThat(second.after().version()).isGreaterThan(first.after().version());
    assertThat(second.changes()).hasAtLeastOneElementOfType(Change.PutApp.class);
    assertThat(second.routes().hosts()).containsKey("shop.acme.localhost");
  }

  @Test
  void aFencedCommitEndsTheTermAndAnswersWhoWaits() throws Exception {
    store.fence();

    Outcome outcome = submit(CREATE).get(5, SECONDS);

    assertThat(code(outcome)).isEqualTo(RefusalCode.TERM_ENDED);
    loop.ended().toCompletableFuture().get(5, SECONDS);
    assertThat(code(submit(CREATE).get(5, SECONDS))).isEqualTo(RefusalCode.NOT_LEADING);
    assertThat(loop.offer(new Event.RouterBeat("router-1", 1))).isFalse();
    assertThat(loop.snapshot().state().tenants()).isEmpty();
  }

  @Test
  void aFailingSubscriberEndsTheTerm() throws Exception {
    loop.subscribe(_ -> {
      throw new IllegalStateException("broken edge");
    });

    assertThat(loop.ended().toCompletableFuture().get(5, SECONDS))
        .hasMessageContaining("broken edge");
  }

  @Test
  void aRepeatedKeyHasOneEffectAndOneAnswer() throws Exception {
    submit(CREATE).get(5, SECONDS);
    var once = new Mutation("key-1", 0, "");
    Command create = new Command.CreateApp(TestCluster.SHOP, "");

    Outcome first = loop.submit(create, OPERATOR, once).get(5, SECONDS);
    Outcome second = loop.submit(create, OPERATOR, once).get(5, SECONDS);
    Outcome other =
        loop.submit(new Command.DestroyApp(TestCluster.SHOP), OPERATOR, once).get(5, SECONDS);

    assertThat(second).isEqualTo(first).isInstanceOf(Outcome.Accepted.class);
    assertThat(code(other)).isEqualTo(RefusalCode.INVALID_REQUEST);
  }

  private CompletableFuture<Outcome> submit(Command command) {
    return loop.submit(command, OPERATOR, Mutation.NONE);
  }

  private static RefusalCode code(Outcome outcome) {
    return ((Outcome.Refused) outcome).code();
  }
}
