package dev.berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.Campaign.Phase;
import dev.berth.proto.v1.Coordinator;
import dev.berth.proto.v1.CordonNodeRequest;
import dev.berth.proto.v1.DrainNodeRequest;
import dev.berth.proto.v1.HaltTrialRequest;
import dev.berth.proto.v1.RemoveNodeRequest;
import dev.berth.proto.v1.RollBaseRequest;
import dev.berth.proto.v1.SteerCampaignRequest;
import dev.berth.proto.v1.SteerCampaignRequest.Steering;
import dev.berth.proto.v1.Trial;
import dev.berth.proto.v1.Trial.Outcome;
import dev.berth.proto.v1.TryBaseRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs that move a fleet: what they send, what they say, how they end. */
class RollingCommandsTest {
  @TempDir Path directory;
  private FakeCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster(directory);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  // --- base roll, halt, resume, rollback

  @Test
  void aRollSendsItsRingsAndIsFollowedToItsEnd() {
    int code =
        cluster.berth(
            "base",
            "roll",
            "debian-12",
            "--to",
            "2",
            "--rings",
            "acme/shop+acme/blog,10%,100%",
            "--soak",
            "30s",
            "--override",
            "--reason",
            "CVE-2014-0160");

    assertThat(code).isZero();
    RollBaseRequest request = asked(RollBaseRequest.class);
    assertThat(request.getTo()).isEqualTo(2);
    assertThat(request.getRings(0).getAppsCount()).isEqualTo(2);
    assertThat(request.getRings(0).getApps(1).getApp()).isEqualTo("blog");
    assertThat(request.getRingsList()).extracting(RollBaseRequest.Ring::getPercent).contains(10);
    assertThat(request.getSoakSeconds()).isEqualTo(30);
    assertThat(request.getOverride()).isTrue();
    assertThat(request.getMutation().getReason()).isEqualTo("CVE-2014-0160");
    assertThat(err()).contains("Campaign c7 moves debian-12 to v2");
    assertThat(out()).contains("c7, debian-12 to v2, is done: 5 of 5 apps, 9 of 9 instances on v2");
  }

  @Test
  void aRollThatHaltsOrGoesBackExitsWithSevenAndSaysWhy() {
    cluster.bases.phase = Phase.HALTED;
    assertThat(cluster.berth("base", "roll", "debian-12")).isEqualTo(7);
    assertThat(out()).contains("is halted (acme/shop broke): 2 of 5 apps");

    cluster.bases.phase = Phase.ROLLED_BACK;
    assertThat(cluster.berth("base", "roll", "debian-12", "--json")).isEqualTo(7);
    assertThat(out()).contains("\"phase\":\"ROLLED_BACK\"");
  }

  @Test
  void aRollThatIsNotWaitedForAnswersAtOnce() {
    cluster.bases.phase = Phase.PREFETCHING;

    assertThat(cluster.berth("base", "roll", "debian-12", "--no-wait")).isZero();
    assertThat(cluster.berth("base", "roll", "debian-12", "--timeout", "0s")).isEqualTo(4);
    assertThat(err()).contains("it goes on; see berth bases progress debian-12");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10", "ten%", "acme", "acme/shop,,100%", "acme/shop+"})
  void ringsThatCannotBeReadAreAMistakeOfTheCommandLine(String rings) {
    assertThat(cluster.berth("base", "roll", "debian-12", "--rings", rings)).isEqualTo(2);
    assertThat(err()).contains("--rings");
    assertThat(cluster.bases.asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"halt,HALT,0", "resume,RESUME,0", "rollback,ROLL_BACK,7"})
  void aCampaignIsSteeredInOneCommand(String verb, Steering steering, int code) {
    assertThat(cluster.berth("base", verb, "debian-12")).isEqualTo(code);

    SteerCampaignRequest request = asked(SteerCampaignRequest.class);
    assertThat(request.getLine()).isEqualTo("debian-12");
    assertThat(request.getSteering()).isEqualTo(steering);
  }

  @ParameterizedTest
  @ValueSource(strings = {"roll", "halt", "resume", "rollback"})
  void aRefusalOfACampaignIsToldWithItsRemedy(String verb) {
    cluster.bases.refusal = "CAMPAIGN_OVER";

    assertThat(cluster.berth("base", verb, "debian-12")).isEqualTo(1);
    assertThat(err()).contains("refused: it is not possible now").contains("next: look first");
  }

  // --- --plan and apply

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base roll debian-12",
        "base resume debian-12",
        "base rollback debian-12",
        "node drain node-1",
        "node replace node-1",
        "node cordon node-1",
        "node uncordon node-1"
      })
  void aPlanChangesNothingAndNamesTheTokenThatDoesIt(String line) {
    String[] arguments = (line + " --plan").split(" ");

    assertThat(cluster.berth(arguments)).isZero();
    assertThat(out()).contains("acme/shop/web.1").contains("move");
    assertThat(err())
        .contains("1 step(s) in about 90 s")
        .contains("Nothing was changed. To do it: berth apply token-1");
    assertThat(cluster.isCordoned).isFalse();
    assertThat(cluster.nodesAsked).noneMatch(RemoveNodeRequest.class::isInstance);

    assertThat(cluster.berth("apply", "token-1")).isZero();
    assertThat(cluster.plans.applied).isEqualTo("token-1");
  }

  @Test
  void aPlanThatNoLongerHoldsIsNotApplied() {
    cluster.plans.hasChanged = true;

    assertThat(cluster.berth("apply", "token-1")).isEqualTo(1);
    assertThat(err()).contains("it would do something else now");
    assertThat(cluster.berth("apply")).isEqualTo(2);
  }

  // --- nodes

  @Test
  void aDrainSendsItsDeadlineAndReasonAndIsFollowedUntilTheNodeIsEmpty() {
    int code =
        cluster.berth("node", "drain", "node-1", "--deadline", "10m", "--reason", "new kernel");

    assertThat(code).isZero();
    DrainNodeRequest request = (DrainNodeRequest) cluster.nodesAsked.getFirst();
    assertThat(request.getDeadlineSeconds()).isEqualTo(600);
    assertThat(request.getMutation().getReason()).isEqualTo("new kernel");
    assertThat(err()).contains("node-1 is drained; 0 instances to go");
    assertThat(out()).contains("node-1 is empty after");
  }

  @Test
  void aDrainIsTakenBackWithUndoAndTheCordonWithUncordon() {
    assertThat(cluster.berth("node", "drain", "node-1", "--undo")).isZero();
    assertThat(((DrainNodeRequest) cluster.nodesAsked.getFirst()).getUndo()).isTrue();
    assertThat(out()).contains("gets new instances again");

    assertThat(cluster.berth("node", "cordon", "node-1")).isZero();
    assertThat(cluster.isCordoned).isTrue();
    assertThat(cluster.berth("node", "uncordon", "node-1")).isZero();
    assertThat(((CordonNodeRequest) cluster.nodesAsked.getLast()).getCordoned()).isFalse();
  }

  @Test
  void replacingANodeDrainsItAndThenForgetsIt() {
    assertThat(cluster.berth("node", "replace", "node-1")).isZero();

    assertThat(cluster.nodesAsked.getFirst()).isInstanceOf(DrainNodeRequest.class);
    assertThat(cluster.nodesAsked.getLast()).isInstanceOf(RemoveNodeRequest.class);
  }

  @Test
  void aNodeThatIsNotKnownIsRefusedAndAWrongTimeIsAMistake() {
    cluster.nodeRefusal = "NODE_NOT_FOUND";

    assertThat(cluster.berth("node", "drain", "node-9")).isEqualTo(1);
    assertThat(cluster.berth("node", "cordon", "node-9", "--json")).isEqualTo(1);
    assertThat(err()).contains("\"code\":\"NODE_NOT_FOUND\"");
    assertThat(cluster.berth("node", "drain", "node-1", "--deadline", "soon")).isEqualTo(2);
    assertThat(cluster.berth("node", "drain")).isEqualTo(2);
  }

  // --- base trial

  @Test
  void aTrialSendsWhatItIsAboutAndEndsWellIfNothingBreaks() {
    int code =
        cluster.berth(
            "base",
            "trial",
            "debian-13",
            "--to",
            "1",
            "--apps",
            "acme/shop,acme/blog",
            "--from",
            "debian-12",
            "--at-a-time",
            "3",
            "--within",
            "90s",
            "--all-types");

    assertThat(code).isZero();
    TryBaseRequest request = asked(TryBaseRequest.class);
    assertThat(request.getAppsCount()).isEqualTo(2);
    assertThat(request.getFrom()).isEqualTo("debian-12");
    assertThat(request.getAtATime()).isEqualTo(3);
    assertThat(request.getWithinSeconds()).isEqualTo(90);
    assertThat(request.getAllTypes()).isTrue();
    assertThat(out()).contains("t4, debian-13 v1, is done: 3 apps, 3 healthy.");
  }

  @Test
  void whatBreaksIsNamedWithItsLastWordsAndTheCommandExitsWithSeven() {
    cluster.bases.trial =
        cluster.bases.trial.toBuilder()
            .setHealthy(1)
            .setBroken(1)
            .setNotHealthy(1)
            .addTried(FakeBases.tried("blog", Outcome.BROKEN, "code 127; its last words: libssl"))
            .addTried(FakeBases.tried("shop", Outcome.NOT_HEALTHY, "not within 90 s"))
            .addTried(FakeBases.tried("ok", Outcome.HEALTHY, ""))
            .build();

    assertThat(cluster.berth("base", "trial", "debian-13")).isEqualTo(7);
    assertThat(err()).contains("acme/blog/web is broken");
    assertThat(out())
        .contains("1 healthy, 1 broken, 1 not healthy")
        .containsPattern("acme/blog/web +broken +code 127; its last words: libssl")
        .doesNotContain("acme/ok");
    assertThat(cluster.berth("base", "trial", "debian-13", "--show", "--json")).isEqualTo(7);
    assertThat(out()).contains("\"outcome\":\"BROKEN\"");
  }

  @Test
  void aTrialIsHaltedAndListed() {
    assertThat(cluster.berth("base", "trial", "debian-13", "--halt")).isZero();
    assertThat(asked(HaltTrialRequest.class).getLine()).isEqualTo("debian-13");
    assertThat(cluster.berth("base", "trials")).isZero();
    assertThat(out()).contains("t4").contains("halted");
  }

  @Test
  void aTrialThatGoesOnLongerThanOneWaitsExitsWithFour() {
    cluster.bases.trial =
        cluster.bases.trial.toBuilder().setPhase(Trial.Phase.TRYING).setUnderWay(2).build();

    assertThat(cluster.berth("base", "trial", "debian-13", "--timeout", "0s")).isEqualTo(4);
    assertThat(err()).contains("2 under way").contains("berth base trial debian-13 --show");
    assertThat(cluster.berth("base", "trial", "debian-13", "--no-wait")).isZero();
  }

  @Test
  void mistakesAboutATrialAreTold() {
    assertThat(cluster.berth("base", "trial")).isEqualTo(2);
    assertThat(cluster.berth("base", "trial", "debian-13", "--halt", "--show")).isEqualTo(2);
    assertThat(cluster.berth("base", "trial", "debian-13", "--apps", "shop")).isEqualTo(2);
    cluster.bases.refusal = "TRIAL_EXISTS";
    assertThat(cluster.berth("base", "trial", "debian-13")).isEqualTo(1);
    assertThat(err()).contains("refused: it is not possible now");
  }

  // --- coordinator and autoscaling

  @Test
  void aCoordinatorIsSentWithASecretThatIsToldOnce() {
    assertThat(
            cluster.berth(
                "rollout",
                "set",
                "-a",
                "acme/shop",
                "--coordinator",
                "https://a.example/m",
                "--coordinator-timeout",
                "700ms",
                "--no-answer",
                "allows"))
        .isZero();

    Coordinator sent = cluster.rollout.getCoordinator();
    assertThat(sent.getWebhook().getUrl()).isEqualTo("https://a.example/m");
    assertThat(sent.getWebhook().getTimeoutMillis()).isEqualTo(700);
    assertThat(sent.getSilenceAllows()).isTrue();
    assertThat(err()).contains(sent.getWebhook().getSecret()).contains("told only now");

    assertThat(cluster.berth("rollout", "set", "-a", "acme/shop", "--coordinator", "none"))
        .isZero();
    assertThat(cluster.rollout.getCoordinator().getWebhook().getUrl()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--coordinator-timeout 5s",
        "--no-answer denies",
        "--coordinator https://a.example --no-answer perhaps",
        "--coordinator https://a.example --coordinator-timeout soon"
      })
  void mistakesAboutACoordinatorAreTold(String line) {
    assertThat(cluster.berth(("rollout set -a acme/shop " + line).split(" "))).isEqualTo(2);
  }

  @Test
  void autoscalingByCpuAndByQueueIsSentAsItIsWritten() {
    assertThat(autoscale("--target cpu=70%")).isZero();
    assertThat(cluster.autoscale.getAutoscale().getCpuPercent()).isEqualTo(70);

    assertThat(autoscale("--target queue=100 --queue-url https://a.example/jobs")).isZero();
    assertThat(cluster.autoscale.getAutoscale().getQueue().getJobs()).isEqualTo(100);
    assertThat(err())
        .contains(cluster.autoscale.getAutoscale().getQueue().getWebhook().getSecret());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--target cpu=70",
        "--target queue=100",
        "--target rps=5 --queue-url https://a.example",
        "--target jobs=5",
        ""
      })
  void targetsThatCannotBeReadAreMistakesOfTheCommandLine(String line) {
    assertThat(autoscale(line)).isEqualTo(2);
    assertThat(cluster.autoscale.hasAutoscale()).isFalse();
  }

  private int autoscale(String line) {
    return cluster.berth(("autoscale worker -a acme/shop --max 5 " + line).strip().split(" "));
  }

  private <R> R asked(Class<R> kind) {
    List<R> all = cluster.bases.asked.stream().filter(kind::isInstance).map(kind::cast).toList();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private String out() {
    return text(cluster.out);
  }

  private String err() {
    return text(cluster.err);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
