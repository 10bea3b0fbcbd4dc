package dev.berth.cli.cluster;

import dev.berth.cli.BerthCommand;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.client.ClusterAddress;
import dev.berth.cli.cluster.Preparation.Wishes;
import dev.berth.cli.cluster.Program.Installation;
import dev.berth.cli.output.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A short life of a small cluster, so that each program leaves an archive of the classes it loads.
 *
 * <p>Runs nothing of anybody, and leaves nothing behind on the host.
 */
public final class Training {
  private static final Duration TIME = Duration.ofSeconds(40);
  private static final Duration DUMP_TIME = Duration.ofSeconds(40);

  private final Surroundings surroundings;
  private final Path target;

  public Training(Surroundings surroundings, Path target) {
    this.surroundings = surroundings;
    this.target = target;
  }

  public void run() throws IOException {
    Path place = Files.createTempDirectory("berth-training");
    Path archives = Files.createDirectories(place.resolve("archives"));
    StateDirectory state = new StateDirectory(place.resolve("state"));
    Installation here = Installation.ofProcess(surroundings.home());
    Launcher launcher =
        new Launcher(new Installation(here.java(), here.classPath(), archives), state, true);
    try (Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      live(state, launcher, progress);
    } finally {
      keep(archives);
      TakeDown.deleteTree(place);
    }
  }

  private void live(StateDirectory state, Launcher launcher, Progress progress) {
    String id = surroundings.keys().get().replace("-", "").substring(0, 6);
    ClusterFile cluster = new Preparation(state).prepare(new Wishes(0, 0, 1, id));
    List<Program> programs = Programs.of(cluster, state);
    Programs.writeSettings(programs, state);
    List<Process> processes = new ArrayList<>();
    try {
      programs.forEach(program -> processes.add(launcher.start(program)));
      Readiness readiness = new Readiness(state, surroundings.clock(), progress, () -> false);
      readiness.awaitProgram("scheduler", TIME);
      readiness.awaitProgram("router-1", TIME);
      try (Cluster api = new Cluster(ClusterAddress.ofOperator(state), surroundings.keys())) {
        readiness.awaitLeader(api, TIME);
        readiness.awaitNodes(api, 1, TIME);
      }
      int answered = Readiness.statusOf("nobody.localhost", cluster.httpPort());
      progress.milestone("router answered " + answered);
      useCommands(state);
    } finally {
      processes.forEach(Process::destroy);
      processes.forEach(process -> Processes.awaitEnd(process.toHandle(), DUMP_TIME));
      new TakeDown(state, launcher, progress).sweep();
    }
  }

  private void useCommands(StateDirectory state) {
    Surroundings operator =
        new Surroundings(
            Map.of("BERTH_STATE_DIR", state.root().toString()),
            surroundings.workingDirectory(),
            surroundings.home(),
            surroundings.terminal(),
            surroundings.clock(),
            surroundings.keys());
    for (String command : List.of("status", "nodes", "apps", "sizes", "events", "tenants")) {
      BerthCommand.execute(operator, command);
      BerthCommand.execute(operator, command, "--json");
    }
    BerthCommand.execute(operator, "scale", "-a", "a/b", "web=1");
  }

  private void keep(Path archives) throws IOException {
    for (String kind : List.of("SchedulerMain", "RouterMain", "AgentMain")) {
      Path archive = archives.resolve(kind + ".jsa");
      if (Files.exists(archive)) {
        Path fresh = target.resolve(kind + ".jsa.new");
        Files.copy(archive, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.move(fresh, target.resolve(kind + ".jsa"), StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }
}
