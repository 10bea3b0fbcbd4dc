package dev.berth.cli.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.client.ClusterAddress;
import dev.berth.cli.cluster.Preparation.Wishes;
import dev.berth.cli.cluster.Program.Installation;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.App;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings a cluster up on this machine, step by step, and says how to reach it.
 *
 * <p>Confined to one thread; the supervisor it starts runs on until closed.
 */
public final class StartUp {
  private static final Duration PROGRAM_TIME = Duration.ofSeconds(60);
  private static final Duration APP_TIME = Duration.ofSeconds(90);
  private static final int HOPELESS_STARTS = 6;

  private final Surroundings surroundings;
  private final StateDirectory state;
  private final Progress progress;
  private final Launcher launcher;

  public StartUp(Surroundings surroundings, StateDirectory state, Progress progress) {
    this.surroundings = surroundings;
    this.state = state;
    this.progress = progress;
    this.launcher = new Launcher(Installation.ofProcess(surroundings.home()), state, false);
  }

  /** Everything but the start: refuses early, changes only the state directory. */
  public ClusterFile prepare(int httpPort, int apiPort, int agents) {
    HostCheck.pass(surroundings.environment().getOrDefault("PATH", ""));
    if (state.root().toFile().exists() && Supervisor.isAtWork(made(state))) {
      throw CommandFailure.host(
          "a cluster runs already from " + state.root(),
          "see berth status, end it with berth down, or use another --state-dir");
    }
    takeDown().stopPrograms();
    removeRunFiles();
    String freshId = surroundings.keys().get().replace("-", "").substring(0, 6);
    ClusterFile cluster =
        new Preparation(state).prepare(new Wishes(httpPort, apiPort, agents, freshId));
    Programs.writeSettings(
        Programs.sharingMemory(Programs.of(cluster, state), HostMemory.forInstances()), state);
    progress.milestone(
        "Cluster "
            + cluster.id()
            + " in "
            + state.root()
            + ", "
            + cluster.subnets().size()
            + " node(s).");
    return cluster;
  }

  private static StateDirectory made(StateDirectory state) {
    state.make();
    return state;
  }

  private void removeRunFiles() {
    try {
      TakeDown.deleteTree(state.runDirectory());
    } catch (IOException failure) {
      throw new UncheckedIOException("old run files cannot be removed", failure);
    }
  }

  /** Starts the programs under a supervisor in this process. */
  Supervisor supervise(ClusterFile cluster) {
    Supervisor supervisor =
        new Supervisor(state, Programs.of(cluster, state), launcher::start, surroundings.clock());
    supervisor.start();
    return supervisor;
  }

  /** Starts the programs under a supervisor of their own. */
  Process superviseDetached() {
    return launcher.startSupervisor(surroundings.home());
  }

  TakeDown takeDown() {
    return new TakeDown(state, launcher, progress);
  }

  /** Waits for all of it, fills a new cluster, and gives what to tell. */
  ObjectNode complete(ClusterFile cluster, boolean samples, BooleanSupplier hopeless) {
    Readiness readiness = new Readiness(state, surroundings.clock(), progress, hopeless);
    for (Program program : Programs.of(cluster, state)) {
      readiness.awaitProgram(program.name(), PROGRAM_TIME);
    }
    progress.milestone("Scheduler, router and agents serve.");
    try (Cluster api = new Cluster(ClusterAddress.ofOperator(state), surroundings.keys())) {
      readiness.awaitLeader(api, PROGRAM_TIME);
      readiness.awaitNodes(api, cluster.subnets().size(), PROGRAM_TIME);
      FirstContents contents = new FirstContents(api, surroundings.home(), state, progress);
      if (samples) {
        contents.ensureBase();
        contents.ensureSamples();
      }
      List<String> hostnames = answering(contents.apps());
      for (String hostname : hostnames) {
        readiness.awaitAnswer(hostname, cluster.httpPort(), APP_TIME);
      }
      return told(cluster, hostnames);
    }
  }

  /** Hostnames of the samples that should answer: released, and web not scaled to zero. */
  private static List<String> answering(List<App> apps) {
    return apps.stream()
        .filter(app -> app.getName().equals("hello") && app.getCurrentRelease() > 0)
        .filter(app ->
            app.getFormationList().stream()
                .anyMatch(it -> it.getProcessType().equals("web") && it.getCount() > 0))
        .map(app -> app.getDomains(0))
        .toList();
  }

  private ObjectNode told(ClusterFile cluster, List<String> hostnames) {
    ObjectNode json =
        Json.object()
            .put("clusterId", cluster.id())
            .put("stateDirectory", state.root().toString())
            .put("api", "127.0.0.1:" + cluster.apiPort())
            .put("httpPort", cluster.httpPort())
            .put("nodesVerified", cluster.subnets().size())
            .put("seconds", progress.elapsed().toMillis() / 1000.0);
    ArrayNode urls = json.putArray("urls");
    hostnames.forEach(it -> urls.add("http://" + it + ":" + cluster.httpPort() + "/"));
    return json;
  }

  /** The words for a person, from what {@link #complete} gave. */
  static String words(ObjectNode told, Duration elapsed, @Nullable String stateOption) {
    StringBuilder text = new StringBuilder();
    int nodes = told.path("nodesVerified").asInt();
    text.append("\nBerth is up after ").append(Words.seconds(elapsed)).append("; ");
    text.append(nodes).append(nodes == 1 ? " node verified.\n\n" : " nodes verified.\n\n");
    told.path("urls").forEach(url -> text.append("  ").append(url.asText()).append('\n'));
    String berth = "  ./berth %s" + (stateOption == null ? "" : " --state-dir " + stateOption);
    text.append("\nTry:\n");
    List<String> commands =
        told.path("urls").isEmpty()
            ? List.of("tenants create acme", "apps create acme/shop", "status")
            : List.of("scale -a acme/hello web=4", "logs -a umbrella/hello -t", "status");
    for (String command : commands) {
      text.append(String.format(berth, command)).append('\n');
    }
    return text.toString();
  }

  static boolean isHopeless(Supervisor supervisor, ClusterFile cluster, StateDirectory state) {
    return Programs.of(cluster, state).stream()
        .anyMatch(program -> supervisor.starts(program.name()) >= HOPELESS_STARTS);
  }
}
