package dev.berth.cli.cluster;

import dev.berth.cli.Surroundings;
import dev.berth.cli.output.Progress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The background half of {@code up --detach}. */
@Command(name = "supervise", hidden = true, description = "Keep a prepared cluster running.")
public final class SuperviseCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Option(names = "--state-dir", required = true, description = "The cluster's state directory.")
  private Path stateDirectory = Path.of(".");

  public SuperviseCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    StateDirectory state = new StateDirectory(stateDirectory);
    Progress progress = new Progress(surroundings.terminal(), surroundings.clock());
    StartUp startUp = new StartUp(surroundings, state, progress);
    Supervisor supervisor = startUp.supervise(ClusterFile.read(state.clusterFile()));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> UpCommand.takeDown(supervisor, startUp, progress), "take-down"));
    supervisor.awaitClose();
    return 0;
  }
}
