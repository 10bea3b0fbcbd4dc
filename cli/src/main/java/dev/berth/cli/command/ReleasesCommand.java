package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.ListReleasesResponse;
import dev.berth.proto.v1.Release;
import dev.berth.proto.v1.ReleaseServiceGrpc;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What an app has run and runs. */
@Command(
    name = "releases",
    description = "List an app's releases, newest first.",
    footer = "JSON: one Release object per line.")
public final class ReleasesCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  public ReleasesCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      ListReleasesResponse found =
          cluster.ask(ReleaseServiceGrpc::newBlockingStub, it -> it.listReleases(app));
      new Answer(surroundings.terminal(), on.json)
          .list(
              found.getReleasesList(),
              () -> table(found),
              "No releases yet. Next: berth deploy DIR");
      return 0;
    }
  }

  private Table table(ListReleasesResponse found) {
    Instant now = surroundings.clock().instant();
    Table table = new Table("release", "", "age", "by", "slug", "base", "what");
    for (Release it : found.getReleasesList()) {
      table.row(
          "v" + it.getNumber(),
          it.getNumber() == found.getCurrent() ? "current" : "",
          Words.since(it.getCreatedAt(), now),
          it.getCreatedBy(),
          it.getSlugDigest().substring(0, Math.min(12, it.getSlugDigest().length())),
          it.getBaseLine(),
          it.getDescription());
    }
    return table;
  }
}
