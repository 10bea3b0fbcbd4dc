package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Table;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.ChangeConfigRequest;
import dev.berth.proto.v1.ChangeConfigResponse;
import dev.berth.proto.v1.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** An app's config vars. */
@Command(
    name = "config",
    description = "Show or change an app's config vars.",
    footer = "JSON: the Config, {\"values\": {NAME: VALUE}, \"version\": number}.")
public final class ConfigCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  public ConfigCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      Config config = config(cluster, app);
      new Answer(surroundings.terminal(), on.json).table(config, () -> table(config));
      return 0;
    }
  }

  @Command(
      description = "Print the value of one config var, byte for byte.",
      footer = "JSON: {\"name\": string, \"value\": string}.")
  int get(
      @Mixin ClusterOptions on,
      @Mixin AppOption option,
      @Parameters(paramLabel = "NAME") String name) {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      Map<String, String> values = config(cluster, app).getValuesMap();
      if (!values.containsKey(name)) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            "CONFIG_VAR_NOT_FOUND",
            app.getTenant() + "/" + app.getApp() + " has no config var " + name,
            "see berth config");
      }
      String value = values.getOrDefault(name, "");
      surroundings
          .terminal()
          .out()
          .println(
              on.json ? Json.line(Json.object().put("name", name).put("value", value)) : value);
      return 0;
    }
  }

  @Command(
      description = "Set config vars; makes a release and rolls it out.",
      footer = "JSON: {\"app\": App, \"release\": number, \"settled\": bool}.")
  int set(
      @Mixin ChangeOptions on,
      @Mixin AppOption option,
      @Mixin WaitOptions wait,
      @Parameters(paramLabel = "NAME=VALUE", arity = "1..*") List<String> assignments) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw CommandFailure.usage(
            "\"" + assignment + "\" is not NAME=VALUE", "write for example GREETING=hello");
      }
      values.put(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
    return change(
        on, option, wait, ChangeConfigRequest.newBuilder().putAllSet(values), values.size());
  }

  @Command(
      description = "Remove config vars; makes a release and rolls it out.",
      footer = "JSON: {\"app\": App, \"release\": number, \"settled\": bool}.")
  int unset(
      @Mixin ChangeOptions on,
      @Mixin AppOption option,
      @Mixin WaitOptions wait,
      @Parameters(paramLabel = "NAME", arity = "1..*") List<String> names) {
    return change(
        on, option, wait, ChangeConfigRequest.newBuilder().addAllUnset(names), names.size());
  }

  private int change(
      ClusterOptions on,
      AppOption option,
      WaitOptions wait,
      ChangeConfigRequest.Builder request,
      int count) {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      request.setMutation(cluster.mutation()).setName(app);
      ChangeConfigResponse made =
          cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.changeConfig(request.build()));
      Answer answer = new Answer(surroundings.terminal(), on.json);
      if (made.getRelease() == 0) {
        answer.one(
            Json.of(made).put("settled", true),
            () -> count + " config var(s) changed; the first release will have them.");
        return 0;
      }
      Change.Outcome outcome =
          new Change.Outcome(
              Json.of(made),
              count + " config var(s) changed in v" + made.getRelease(),
              made.getRelease());
      return new Change(surroundings, cluster, progress, wait)
          .finish(app, made.getApp().getVersion(), answer, outcome);
    }
  }

  private static Config config(Cluster cluster, AppName app) {
    return cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.getConfig(app));
  }

  private static Table table(Config config) {
    Table table = new Table("name", "value");
    new TreeMap<>(config.getValuesMap()).forEach(table::row);
    return table;
  }
}
