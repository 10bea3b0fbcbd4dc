package dev.berth.cli.cluster;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.client.ClusterAddress;
import dev.berth.cli.command.BrakeWords;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Terminal;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ClusterStatus;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.ListAppsRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How the cluster is, at a glance. */
@Command(
    name = "status",
    description = "Show how the cluster is: processes, nodes, instances and where apps answer.",
    footer =
        "JSON: {\"cluster\": ClusterStatus, \"processes\": [{\"name\", \"pid\", \"residentBytes\"}],"
            + " \"apps\": [{\"app\", \"urls\"}]}.")
public final class StatusCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "The cluster's state directory; else BERTH_STATE_DIR, else /var/lib/berth.")
  private @Nullable Path stateDirectory;

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  public StatusCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    StateDirectory state = StateDirectory.find(stateDirectory, surroundings.environment());
    ClusterAddress address = ClusterAddress.find(state, surroundings.environment());
    try (Cluster cluster = new Cluster(address, surroundings.keys())) {
      ClusterStatus status =
          cluster.ask(
              ClusterServiceGrpc::newBlockingStub,
              it -> it.getStatus(GetStatusRequest.getDefaultInstance()));
      List<App> apps =
          cluster
              .ask(
                  AppServiceGrpc::newBlockingStub,
                  it -> it.listApps(ListAppsRequest.getDefaultInstance()))
              .getAppsList();
      boolean local = address.isHere();
      Map<String, Long> pids = local ? pids(state) : Map.of();
      int port = local ? ClusterFile.read(state.clusterFile()).httpPort() : 0;
      if (json) {
        surroundings.terminal().out().println(Json.line(object(status, pids, apps, port)));
      } else {
        show(status, pids, apps, port);
      }
      return 0;
    }
  }

  private static Map<String, Long> pids(StateDirectory state) {
    Map<String, Long> pids = new TreeMap<>();
    if (Files.isReadable(state.processFile())) {
      ProcessTable.living(state.processFile())
          .forEach((name, process) -> pids.put(name, process.pid()));
    }
    return pids;
  }

  private static ObjectNode object(
      ClusterStatus status, Map<String, Long> pids, List<App> apps, int port) {
    ObjectNode json = Json.object();
    json.set("cluster", Json.of(status));
    ArrayNode processes = json.putArray("processes");
    pids.forEach((name, pid) ->
        processes
            .addObject()
            .put("name", name)
            .put("pid", pid)
            .put("residentBytes", Processes.residentBytes(pid)));
    ArrayNode list = json.putArray("apps");
    for (App app : apps) {
      ArrayNode urls =
          list.addObject().put("app", app.getTenant() + "/" + app.getName()).putArray("urls");
      urls(app, port).forEach(urls::add);
    }
    return json;
  }

  private void show(ClusterStatus status, Map<String, Long> pids, List<App> apps, int port) {
    Terminal terminal = surroundings.terminal();
    terminal.out().println("Cluster " + status.getClusterId());
    terminal.out().println();
    new Table("what", "", "")
        .row("nodes", status.getNodesReady(), nodes(status))
        .row("routers", status.getRoutersConnected(), "connected")
        .row("instances", status.getInstancesRunning(), wanted(status))
        .row("apps", status.getApps(), "of " + status.getTenants() + " tenants")
        .row("epoch", status.getEpoch(), "version " + status.getVersion())
        .print(terminal);
    if (!BrakeWords.isUsual(status.getBrake())) {
      terminal.out().println();
      terminal.out().println(terminal.paint(Terminal.Color.BAD, BrakeWords.of(status.getBrake())));
    }
    if (!pids.isEmpty()) {
      terminal.out().println();
      Table table = new Table("process", "pid", "memory");
      long sum = 0;
      for (Map.Entry<String, Long> it : pids.entrySet()) {
        long bytes = Processes.residentBytes(it.getValue());
        sum += bytes;
        table.row(it.getKey(), it.getValue(), Words.bytes(bytes));
      }
      table.row("together", "-", Words.bytes(sum)).print(terminal);
    }
    if (!apps.isEmpty()) {
      terminal.out().println();
      Table table = new Table("app", "release", "answers at");
      for (App app : apps) {
        table.row(
            app.getTenant() + "/" + app.getName(),
            app.getCurrentRelease() == 0 ? "-" : "v" + app.getCurrentRelease(),
            String.join(" ", urls(app, port)));
      }
      table.print(terminal);
    }
  }

  private static String nodes(ClusterStatus status) {
    String unverified =
        status.getNodesUnverified() == 0
            ? ""
            : ", %d not verified (berth nodes)".formatted(status.getNodesUnverified());
    return "ready of " + status.getNodesTotal() + unverified;
  }

  private static String wanted(ClusterStatus status) {
    String pending =
        status.getInstancesPending() == 0 ? "" : ", " + status.getInstancesPending() + " pending";
    return "running of " + status.getInstancesWanted() + pending;
  }

  private static List<String> urls(App app, int port) {
    return app.getDomainsList().stream()
        .map(domain -> port == 0 ? domain : "http://" + domain + ":" + port + "/")
        .toList();
  }
}
