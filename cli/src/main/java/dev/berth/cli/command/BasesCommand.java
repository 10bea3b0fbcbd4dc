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
import java.nio.file.Path;
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
    description = "List base lines and their versions, or publish one.",
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

  private static List<Base> all(Cluster cluster) {
    return cluster
        .ask(
            BaseServiceGrpc::newBlockingStub,
            it -> it.listBases(ListBasesRequest.getDefaultInstance()))
        .getBasesList();
  }

  private Table table(List<Base> bases) {
    Instant now = surroundings.clock().instant();
    Table table = new Table("line", "version", "age", "size", "digest", "notes");
    for (Base base : bases) {
      for (BaseVersion it : base.getVersionsList()) {
        table.row(
            base.getLine(),
            it.getNumber(),
            Words.since(it.getPublishedAt(), now),
            Words.bytes(it.getBytes()),
            it.getDigest().substring(0, Math.min(12, it.getDigest().length())),
            it.getNotes());
      }
    }
    return table;
  }
}
