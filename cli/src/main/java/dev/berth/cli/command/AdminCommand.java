package dev.berth.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.backup.BackupFile;
import dev.berth.cli.backup.BackupKey;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.AdminServiceGrpc;
import dev.berth.proto.v1.Brake;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ClusterStatus;
import dev.berth.proto.v1.CollectGarbageRequest;
import dev.berth.proto.v1.CollectGarbageResponse;
import dev.berth.proto.v1.FreezeRequest;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.MissingBlob;
import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.RestoreOrder;
import dev.berth.proto.v1.RestoreResponse;
import dev.berth.proto.v1.ThawRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What keeps a cluster. For operators. */
@Command(
    name = "admin",
    description = {
      "Keep the cluster (operators): freeze, thaw, backup, restore, gc. Without one: say how the",
      "instances of silent nodes are replaced."
    },
    footer = "JSON: the Brake.")
public final class AdminCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  public AdminCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Cluster cluster = on.open(surroundings)) {
      ClusterStatus status =
          cluster.ask(
              ClusterServiceGrpc::newBlockingStub,
              it -> it.getStatus(GetStatusRequest.getDefaultInstance()));
      return tell(status.getBrake(), on);
    }
  }

  @Command(
      description = {
        "Hold the cluster as it is: no node is given up, no lost instance is started elsewhere, no",
        "campaign moves an app. What tenants ask for goes on. Holds until: berth admin thaw."
      },
      footer = "JSON: the Brake.")
  int freeze(
      @Mixin ClusterOptions on,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the history.")
          @Nullable String reason) {
    try (Cluster cluster = on.open(surroundings)) {
      FreezeRequest request =
          FreezeRequest.newBuilder().setMutation(mutation(cluster, reason)).build();
      return tell(cluster.ask(AdminServiceGrpc::newBlockingStub, it -> it.freeze(request)), on);
    }
  }

  @Command(
      description = {
        "End a freeze. If the cluster froze by itself because most nodes are silent, that does not",
        "count for the time given or until enough are back: their instances are started elsewhere,",
        "one node's every 10 s. Be sure that the silent nodes are gone, not only out of sight."
      },
      footer = "JSON: the Brake.")
  int thaw(
      @Mixin ClusterOptions on,
      @Option(
              names = "--for",
              paramLabel = "TIME",
              converter = DurationConverter.class,
              defaultValue = "1h",
              description = "From 1m to 24h; 1h if not given.")
          Duration time,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the history.")
          @Nullable String reason) {
    try (Cluster cluster = on.open(surroundings)) {
      ThawRequest request =
          ThawRequest.newBuilder()
              .setMutation(mutation(cluster, reason))
              .setSeconds((int) Math.min(time.toSeconds(), Integer.MAX_VALUE))
              .build();
      return tell(cluster.ask(AdminServiceGrpc::newBlockingStub, it -> it.thaw(request)), on);
    }
  }

  @Command(
      description = {
        "Write the cluster's whole state into a file, sealed with a passphrase or a key file:"
            + " tenants,",
        "apps, config vars, releases, placements, history. Slugs and base images are files named"
            + " by",
        "their content and the CA is a directory: keep copies of those too (docs/operations.md)."
      },
      footer = "JSON: {\"file\", \"bytes\", \"entries\", \"epoch\", \"at\", \"stateSha256\"}.")
  int backup(
      @Mixin ClusterOptions on,
      @Mixin KeyOptions key,
      @Parameters(paramLabel = "FILE", description = "Must not exist yet.") Path file) {
    try (Cluster cluster = on.open(surroundings)) {
      BackupFile to =
          new BackupFile(surroundings.workingDirectory().resolve(file), key.key(surroundings));
      tell(file, new StateTransfer(cluster).backUp(to), on);
      return 0;
    }
  }

  @Command(
      description = {
        "Make a backup the state of a cluster that has lost its own. The file is read to its end"
            + " and",
        "proven before anything is sent, and the cluster takes all of it or nothing. Instances that"
            + " run",
        "and that the backup knows run on; others on its nodes are stopped. The cluster begins"
            + " held: look",
        "at it, then berth admin thaw."
      },
      footer = "JSON: the RestoreResponse.")
  int restore(
      @Mixin ClusterOptions on,
      @Mixin KeyOptions key,
      @Parameters(paramLabel = "FILE") Path file,
      @Option(
              names = "--force",
              paramLabel = "OLD",
              description = {
                "Replace the state that there is. It is backed up to OLD first, with the same key;"
                    + " what was",
                "changed since FILE was made is in OLD only."
              })
          @Nullable Path old) {
    BackupKey with = key.key(surroundings);
    Path directory = surroundings.workingDirectory();
    BackupFile from = new BackupFile(directory.resolve(file), with);
    var _ = from.verify();
    try (Cluster cluster = on.open(surroundings)) {
      var transfer = new StateTransfer(cluster);
      RestoreOrder.Builder order = RestoreOrder.newBuilder();
      if (old != null) {
        BackupFile.Contents kept = transfer.backUp(new BackupFile(directory.resolve(old), with));
        order.setReplacedSha256(kept.tail().getStateSha256());
      }
      RestoreResponse made = transfer.restore(from, order.build());
      new Answer(surroundings.terminal(), on.json).lines(made, () -> words(made));
      return 0;
    }
  }

  private void tell(Path file, BackupFile.Contents made, ClusterOptions on) {
    ObjectNode object =
        Json.object()
            .put("file", file.toString())
            .put("bytes", made.bytes())
            .put("entries", made.tail().getEntries())
            .put("epoch", made.head().getEpoch())
            .put("at", made.head().getAt())
            .put("stateSha256", made.tail().getStateSha256());
    new Answer(surroundings.terminal(), on.json)
        .one(
            object,
            () ->
                "%s: %s, %d entries, the state of %s."
                    .formatted(
                        file,
                        Words.bytes(made.bytes()),
                        made.tail().getEntries(),
                        Instant.ofEpochMilli(made.head().getAt())));
  }

  private static String words(RestoreResponse made) {
    var words =
        new StringBuilder(
            "Restored %d entries, the state of %s, in epoch %d. The cluster is held: berth admin thaw"
                .formatted(made.getEntries(), Instant.ofEpochMilli(made.getAt()), made.getEpoch()));
    for (MissingBlob missing : made.getMissingList()) {
      words.append("\nmissing: %s %s".formatted(missing.getDigest(), missing.getUse()));
    }
    return words.toString();
  }

  @Command(
      description = {
        "Forget base versions beyond the newest 3 of each line that nothing needs, and delete slugs"
            + " and",
        "images that nothing names and nobody has brought or looked for in a day. The leader does"
            + " so",
        "every hour by itself."
      },
      footer = "JSON: a CollectGarbageResponse object.")
  int gc(
      @Mixin ClusterOptions on,
      @Option(names = "--plan", description = "Only say what would go.") boolean plan) {
    try (Cluster cluster = on.open(surroundings)) {
      CollectGarbageRequest request =
          CollectGarbageRequest.newBuilder().setMutation(cluster.mutation()).setPlan(plan).build();
      CollectGarbageResponse found =
          cluster.ask(AdminServiceGrpc::newBlockingStub, it -> it.collectGarbage(request));
      new Answer(surroundings.terminal(), on.json)
          .one(
              found,
              () ->
                  "%d base versions and %d slugs and images of %d bytes %s."
                      .formatted(
                          found.getBases(),
                          found.getBlobs(),
                          found.getBytes(),
                          plan ? "would go" : "are gone"));
      if (!on.json && found.getItemsCount() > 0) {
        Table table = new Table("what", "name", "bytes");
        found.getItemsList().forEach(it -> table.row(it.getKind(), it.getName(), it.getBytes()));
        table.print(surroundings.terminal());
      }
      return 0;
    }
  }

  private static Mutation mutation(Cluster cluster, @Nullable String reason) {
    return cluster.mutation().toBuilder().setReason(reason == null ? "" : reason).build();
  }

  private int tell(Brake brake, ClusterOptions on) {
    new Answer(surroundings.terminal(), on.json).one(brake, () -> BrakeWords.of(brake));
    return 0;
  }
}
