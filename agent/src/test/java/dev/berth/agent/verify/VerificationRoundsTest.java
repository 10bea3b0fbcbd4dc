package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class VerificationRoundsTest {
  private static final Duration NEVER = Duration.ofDays(1);

  private final FakeVerifier verifier = new FakeVerifier();
  private final BlockingQueue<VerificationRounds.Result> told = new LinkedBlockingQueue<>();
  @TempDir private Path directory;
  private VerificationRounds rounds;

  @BeforeEach
  void make() {
    rounds = rounds(NEVER);
  }

  @AfterEach
  void close() {
    rounds.close();
  }

  @Test
  void theShortFormRunsAtTheStartAndIsTold() throws Exception {
    begin(NEVER);

    assertThat(nextTold().failed()).isEmpty();
    assertThat(verifier.runs.take()).isFalse();
    assertThat(rounds.standing()).isPresent();
  }

  @Test
  void whatIsAskedForIsAnsweredAndNotToldTwice() throws Exception {
    begin(NEVER);
    nextTold();
    verifier.fail(FakeVerifier.SLOW);

    VerificationRounds.Result answer = ask(true);

    assertThat(answer.failed()).containsExactly(FakeVerifier.SLOW);
    assertThat(rounds.standing().orElseThrow().failed()).containsExactly(FakeVerifier.SLOW);
    assertThat(told).isEmpty();
  }

  @Test
  void anAnswerThatNobodyTakesIsToldInstead() throws Exception {
    begin(NEVER);
    nextTold();
    verifier.fail(FakeVerifier.QUICK);

    rounds.ask(false, _ -> false);

    assertThat(nextTold().failed()).containsExactly(FakeVerifier.QUICK);
  }

  @Test
  void theShortFormDoesNotClearWhatOnlyTheFullListTries() throws Exception {
    begin(NEVER);
    nextTold();
    verifier.fail(FakeVerifier.SLOW);
    ask(true);
    verifier.fail();

    assertThat(ask(false).failed()).isEmpty();
    assertThat(rounds.standing().orElseThrow().failed()).containsExactly(FakeVerifier.SLOW);

    ask(true);
    assertThat(rounds.standing().orElseThrow().failed()).isEmpty();
  }

  @Test
  void afterARestartTheFullListIsTriedIfACheckHadFailed() throws Exception {
    begin(NEVER);
    nextTold();
    verifier.fail(FakeVerifier.SLOW);
    ask(true);
    rounds.close();
    verifier.runs.clear();

    begin(NEVER);

    assertThat(verifier.runs.take()).isTrue();
    assertThat(nextTold().failed()).containsExactly(FakeVerifier.SLOW);
  }

  @Test
  void aRunThatBreaksOffIsAFailedCheckUntilOneDoesNot() throws Exception {
    verifier.breakOff(true);
    begin(NEVER);
    assertThat(nextTold().failed()).containsExactly("checks-ran");
    verifier.breakOff(false);

    assertThat(ask(false).failed()).isEmpty();
    assertThat(rounds.standing().orElseThrow().failed()).isEmpty();
  }

  @Test
  void itIsRepeatedWithoutBeingAskedAndToldOnlyWhenItChanges() throws Exception {
    begin(Duration.ofMillis(20));
    nextTold();
    for (int run = 0; run < 5; run++) {
      assertThat(verifier.runs.take()).isFalse();
    }
    assertThat(told).isEmpty();

    verifier.fail(FakeVerifier.QUICK);

    assertThat(nextTold().failed()).containsExactly(FakeVerifier.QUICK);
  }

  @Test
  void whileACheckFailsTheFullListIsRepeated() throws Exception {
    verifier.fail(FakeVerifier.QUICK);
    begin(Duration.ofMillis(20));
    nextTold();

    assertThat(verifier.runs.take()).isFalse();
    assertThat(verifier.runs.take()).isTrue();
    verifier.fail();

    assertThat(nextTold().failed()).isEmpty();
  }

  @Test
  void oneRunAtATimeAndABoundedNumberWaits() throws Exception {
    verifier.hold();
    begin(NEVER);
    verifier.runs.take();

    int taken = 0;
    while (rounds.ask(true, _ -> true)) {
      taken++;
    }

    assertThat(taken).isEqualTo(16);
    assertThat(verifier.runs).isEmpty();
  }

  private void begin(Duration interval) {
    rounds = rounds(interval);
    rounds.onChange(told::add);
    rounds.start();
  }

  private VerificationRounds rounds(Duration interval) {
    return new VerificationRounds(
        verifier, InstantSource.system(), interval, directory.resolve("failed-checks"));
  }

  private VerificationRounds.Result nextTold() throws InterruptedException {
    var next = told.poll(10, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private VerificationRounds.Result ask(boolean full) throws InterruptedException {
    BlockingQueue<VerificationRounds.Result> answers = new LinkedBlockingQueue<>();
    assertThat(rounds.ask(full, answers::add)).isTrue();
    return List.of(answers.take()).getFirst();
  }
}
