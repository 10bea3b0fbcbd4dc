package dev.berth.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.CreateReleaseResponse;
import dev.berth.proto.v1.InstanceList;

/** How every change of an app ends: its instances are followed, and the outcome is told. */
final class Change {
  private final Surroundings surroundings;
  private final Cluster cluster;
  private final Progress progress;
  private final WaitOptions wait;

  Change(Surroundings surroundings, Cluster cluster, Progress progress, WaitOptions wait) {
    this.surroundings = surroundings;
    this.cluster = cluster;
    this.progress = progress;
    this.wait = wait;
  }

  int finish(AppName app, long version, Answer answer, Outcome outcome) {
    if (wait.noWait) {
      answer.one(outcome.object.put("settled", false), () -> outcome.words + "; not followed.");
      return 0;
    }
    InstanceList settled =
        new Follower(cluster, surroundings, progress)
            .settle(app, version, outcome.release, wait.timeout);
    progress.clear();
    RolloutWords.requireStanding(settled.getApp(), outcome.release);
    answer.one(
        outcome.object.put("settled", true),
        () ->
            outcome.words
                + ": "
                + InstanceWords.summary(settled.getInstancesList())
                + " after "
                + Words.seconds(progress.elapsed())
                + ".");
    return 0;
  }

  static Outcome release(CreateReleaseResponse made) {
    ObjectNode object = Json.object();
    object.set("release", Json.of(made.getRelease()));
    object.set("app", Json.of(made.getApp()));
    String domains = String.join(", ", made.getApp().getDomainsList());
    int number = made.getRelease().getNumber();
    return new Outcome(object, "v" + number + " runs at " + domains, number);
  }

  /** What was done, for programs and in words; a release of 0 is none. */
  record Outcome(ObjectNode object, String words, int release) {
    Outcome(ObjectNode object, String words) {
      this(object, words, 0);
    }
  }
}
