package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Words;
import dev.berth.cli.upload.BasePublication;
import dev.berth.proto.v1.Base;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.BaseVersion;
import dev.berth.proto.v1.ListBasesRequest;
import dev.berth.proto.v1.PublishBaseResponse;
import dev.berth.proto.v1.SteerCampaignRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The base images under slugs. */
@Command(
    name = "bases",
    aliases = "base",
    description = {
      "List base lines and their versions, publish one, or roll one over the fleet. berth base is the",
      "same command."
    },
    footer = "JSON: one Base object per line.")
public final class BasesCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  public BasesCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return list(on);
  }

  @Command(description = "List base lines and their versions.", footer = "JSON: one Base per line.")
  int list(@Mixin ClusterOptions on) {
    try (Cluster cluster = on.open(surroundings)) {
      List<Base> bases = all(cluster);
      new Answer(surroundings.terminal(), on.json)
          .list(bases, () -> table(bases), "No bases yet. Next: berth bases publish LINE FILE");
      return 0;
    }
  }

  @Command(
      description = "Publish a squashfs image as a base line's next version (operators).",
      footer = "JSON: {\"line\": string, \"version\": BaseVersion, \"created\": bool}.")
  int publish(
      @Mixin ClusterOptions on,
      @Parameters(paramLabel = "LINE", description = "For example debian-12.") String line,
      @Parameters(paramLabel = "FILE", description = "The squashfs image.") Path image,
      @Option(
              names = "--notes",
              paramLabel = "TEXT",
              defaultValue = "",
              description = "What is new in it.")
          String notes) {
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      Path file = surroundings.workingDirectory().resolve(image);
      PublishBaseResponse made = new BasePublication(cluster, progress).publish(line, file, notes);
      progress.clear();
      new Answer(surroundings.terminal(), on.json)
          .one(
              made,
              () ->
                  line
                      + " version "
                      + made.getVersion().getNumber()
                      + (made.getCreated() ? " published." : " was the newest already."));
      return 0;
    }
  }

  @Command(
      description = {
        "Move every app of a base line to another version, ring by ring (operators). Replacements start",
        "before the replaced instances leave. An app that breaks is moved back; in the first ring it",
        "takes the campaign back, later more than one in a hundred halt it."
      },
      footer = "JSON: the Campaign.")
  int roll(
      @Mixin ChangeOptions on,
      @Mixin WaitOptions wait,
      @Mixin RollOptions how,
      @Parameters(paramLabel = "LINE") String line) {
    return new CampaignCommand(surroundings, on).roll(line, how, wait);
  }

  @Command(
      description = "Move no further app; those on their way go on (operators).",
      footer = "JSON: the Campaign.")
  int halt(@Mixin ClusterOptions on, @Parameters(paramLabel = "LINE") String line) {
    return new CampaignCommand(surroundings, on)
        .steer(line, SteerCampaignRequest.Steering.HALT, new WaitOptions());
  }

  @Command(description = "Let a halted campaign go on (operators).", footer = "JSON: the Campaign.")
  int resume(
      @Mixin ChangeOptions on,
      @Mixin WaitOptions wait,
      @Parameters(paramLabel = "LINE") String line) {
    return new CampaignCommand(surroundings, on)
        .steer(line, SteerCampaignRequest.Steering.RESUME, wait);
  }

  @Command(
      description = {
        "Move the apps of the line's newest campaign back to where they came from (operators). The",
        "version is withdrawn: deploys do not take it."
      },
      footer = "JSON: the Campaign.")
  int rollback(
      @Mixin ChangeOptions on,
      @Mixin WaitOptions wait,
      @Parameters(paramLabel = "LINE") String line) {
    return new CampaignCommand(surroundings, on)
        .steer(line, SteerCampaignRequest.Steering.ROLL_BACK, wait);
  }

  @Command(
      description = "Show how far the line's newest campaign is, and what holds it up (operators).",
      footer = "JSON: the Campaign with its laggards.")
  int progress(@Mixin ClusterOptions on, @Parameters(paramLabel = "LINE") String line) {
    return new CampaignCommand(surroundings, on).progress(line);
  }

  @Command(
      description = "List campaigns, newest first (operators).",
      footer = "JSON: one Campaign per line.")
  int campaigns(@Mixin ClusterOptions on) {
    return new CampaignCommand(surroundings, on).list();
  }

  @Command(
      description = {
        "Start a shadow instance of each app on another base line or version, without routes, and tell",
        "which apps would break (operators). Nothing of the apps is changed; shadow instances count to",
        "no quota and budget and are gone at the end."
      },
      footer = {
        "Exits with 7 if something broke or the trial was halted.",
        "JSON: the Trial with what became of each app."
      })
  int trial(
      @Mixin ClusterOptions on,
      @Mixin WaitOptions wait,
      @Mixin TrialOptions how,
      @Parameters(paramLabel = "LINE", description = "For example debian-13.") String line) {
    return new TrialCommand(surroundings, on).run(line, how, wait);
  }

  @Command(
      description = "List trials, newest first (operators).",
      footer = "JSON: one Trial per line.")
  int trials(@Mixin ClusterOptions on) {
    return new TrialCommand(surroundings, on).list();
  }

  @Command(
      description = "Keep campaigns away from an app for a while; at most 90 days.",
      footer = "JSON: the App.")
  int pin(
      @Mixin ClusterOptions on,
      @Mixin AppOption app,
      @Option(
              names = "--for",
              paramLabel = "TIME",
              required = true,
              converter = DurationConverter.class,
              description = "For example 168h; 0s takes the pin off.")
          Duration time,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              defaultValue = "",
              description = "Shown to operators.")
          String reason) {
    return new CampaignCommand(surroundings, on).pin(app.name(surroundings), time, reason);
  }

  private static List<Base> all(Cluster cluster) {
    return cluster
        .ask(
            BaseServiceGrpc::newBlockingStub,
            it -> it.listBases(ListBasesRequest.getDefaultInstance()))
        .getBasesList();
  }

  private Table table(List<Base> bases) {
    Instant now = surroundings.clock().instant();
    Table table = new Table("line", "version", "age", "size", "digest", "notes", "withdrawn");
    for (Base base : bases) {
      for (BaseVersion it : base.getVersionsList()) {
        table.row(
            base.getLine(),
            it.getNumber(),
            Words.since(it.getPublishedAt(), now),
            Words.bytes(it.getBytes()),
            it.getDigest().substring(0, Math.min(12, it.getDigest().length())),
            it.getNotes(),
            it.getWithdrawn() ? "yes" : "");
      }
    }
    return table;
  }
}
