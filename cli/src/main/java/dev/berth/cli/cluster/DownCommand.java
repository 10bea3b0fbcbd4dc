package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.cluster.Program.Installation;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Words;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The end of a cluster on this machine. */
@Command(
    name = "down",
    description = {
      "Take the cluster on this machine down: no process, mount or network of it is left.",
      "May be repeated, and works after a crash. Its data stays, unless --purge is given."
    },
    footer = "JSON: {\"stateDirectory\": string, \"wasThere\": bool, \"purged\": bool}.")
public final class DownCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Where the cluster lives; else BERTH_STATE_DIR, else /var/lib/berth.")
  private @Nullable Path stateDirectory;

  @Option(names = "--purge", description = "Remove the cluster's data too.")
  private boolean purge;

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  public DownCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    StateDirectory state = StateDirectory.find(stateDirectory, surroundings.environment());
    boolean there = Files.exists(state.clusterFile());
    requireOurs(state, there);
    try (Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      if (there) {
        Installation installation = Installation.ofProcess(surroundings.home());
        TakeDown takeDown = new TakeDown(state, new Launcher(installation, state, false), progress);
        takeDown.all();
        if (purge) {
          takeDown.purge();
        }
      }
      progress.clear();
      tell(state, there, Words.seconds(progress.elapsed()));
      return 0;
    }
  }

  private static void requireOurs(StateDirectory state, boolean there) {
    if (there && !Files.isWritable(state.clusterFile())) {
      throw CommandFailure.host(
          "the cluster in " + state.root() + " is not yours to end", "run this as root");
    }
  }

  private void tell(StateDirectory state, boolean there, String time) {
    String words =
        !there
            ? "There is no cluster in " + state.root() + "."
            : "The cluster is down after "
                + time
                + (purge ? "; its data is gone." : "; its data stays in " + state.root() + ".");
    surroundings
        .terminal()
        .out()
        .println(
            json
                ? Json.line(
                    Json.object()
                        .put("stateDirectory", state.root().toString())
                        .put("wasThere", there)
                        .put("purged", there && purge))
                : words);
  }
}
