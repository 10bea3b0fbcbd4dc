package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Progress;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.ScaleRequest;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** How many instances, and of which size. */
@Command(
    name = "scale",
    description = "Set how many instances of which size each process type has.",
    footer = {
      "Example: berth scale web=4:small worker=2",
      "JSON: {\"app\": App, \"settled\": bool}."
    })
public final class ScaleCommand implements Callable<Integer> {
  private static final Pattern CHANGE = Pattern.compile("([^=\\s]+)=(-?[0-9]{1,18})(?::(\\S+))?");

  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();
  @Mixin private final WaitOptions wait = new WaitOptions();

  @Parameters(
      paramLabel = "TYPE=COUNT[:SIZE]",
      arity = "1..*",
      description = "For example web=4, or web=4:small. 0 stops all. See berth sizes.")
  private List<String> changes = List.of();

  public ScaleCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName name = option.name(surroundings);
    List<ScaleChange> parsed = changes.stream().map(ScaleCommand::parse).toList();
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      ScaleRequest request =
          ScaleRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setName(name)
              .addAllChanges(parsed)
              .build();
      App app = cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.scale(request));
      Change.Outcome outcome =
          new Change.Outcome(
              Json.object().set("app", Json.of(app)),
              "Scaled to " + AppsCommand.formation(app.getFormationList()));
      return new Change(surroundings, cluster, progress, wait)
          .finish(name, app.getVersion(), new Answer(surroundings.terminal(), on.json), outcome);
    }
  }

  static ScaleChange parse(String text) {
    Matcher matcher = CHANGE.matcher(text);
    if (!matcher.matches()) {
      throw CommandFailure.usage(
          "\"" + text + "\" is not TYPE=COUNT or TYPE=COUNT:SIZE",
          "write for example web=4 or web=4:small");
    }
    String size = matcher.group(3);
    return ScaleChange.newBuilder()
        .setProcessType(matcher.group(1))
        .setCount(Long.parseLong(matcher.group(2)))
        .setSize(size == null ? "" : size)
        .build();
  }
}
