package dev.berth.cli.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A cluster on this machine. */
@Command(
    name = "up",
    description = {
      "Start a cluster on this machine, with two sample apps the first time.",
      "Stays in the foreground; Ctrl-C takes the cluster down. Ports and nodes are remembered."
    },
    footer =
        "JSON: {\"clusterId\", \"stateDirectory\", \"api\", \"httpPort\", \"seconds\", \"urls\": [...]},"
            + " once all is up.")
public final class UpCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "Where the cluster lives; else BERTH_STATE_DIR, else /var/lib/berth.")
  private @Nullable Path stateDirectory;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "-1",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "The router's port; as before, else 8080. 0: any free one.")
  private int httpPort = -1;

  @Option(
      names = "--api-port",
      paramLabel = "PORT",
      defaultValue = "-1",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "The API's port on loopback; as before, else 7100. 0: any free one.")
  private int apiPort = -1;

  @Option(
      names = "--agents",
      paramLabel = "N",
      defaultValue = "-1",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Nodes on this machine, each with an agent; as before, else 1.")
  private int agents = -1;

  @Option(names = "--detach", description = "Return once all is up; berth down ends it.")
  private boolean detach;

  @Option(names = "--no-samples", description = "No base image and no sample apps.")
  private boolean noSamples;

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  public UpCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    StateDirectory state = StateDirectory.find(stateDirectory, surroundings.environment());
    try (Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      StartUp startUp = new StartUp(surroundings, state, progress);
      ClusterFile cluster = startUp.prepare(httpPort, apiPort, agents);
      if (detach) {
        startDetached(startUp, cluster, progress);
      } else {
        startHere(startUp, cluster, state, progress);
      }
      return 0;
    }
  }

  private void startDetached(StartUp startUp, ClusterFile cluster, Progress progress) {
    Process supervisor = startUp.superviseDetached();
    try {
      tell(startUp.complete(cluster, !noSamples, () -> !supervisor.isAlive()), progress);
    } catch (CommandFailure failure) {
      try {
        startUp.takeDown().all();
      } catch (CommandFailure second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  private void startHere(
      StartUp startUp, ClusterFile cluster, StateDirectory state, Progress progress)
      throws InterruptedException {
    Supervisor supervisor = startUp.supervise(cluster);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> takeDown(supervisor, startUp, progress), "take-down"));
    tell(
        startUp.complete(cluster, !noSamples, () -> StartUp.isHopeless(supervisor, cluster, state)),
        progress);
    surroundings.terminal().err().println("Ctrl-C takes the cluster down.");
    supervisor.awaitClose();
  }

  static void takeDown(Supervisor supervisor, StartUp startUp, Progress progress) {
    progress.milestone("Taking the cluster down ...");
    try {
      supervisor.close();
      startUp.takeDown().sweep();
      progress.milestone("The cluster is down; its data stays.");
    } catch (CommandFailure failure) {
      progress.warning("berth: " + failure.getMessage());
      progress.warning("  next: " + failure.next());
    }
  }

  private void tell(ObjectNode told, Progress progress) {
    progress.clear();
    PrintStream out = surroundings.terminal().out();
    String option = stateDirectory == null ? null : stateDirectory.toString();
    out.println(json ? Json.line(told) : StartUp.words(told, progress.elapsed(), option));
    out.flush();
  }
}
