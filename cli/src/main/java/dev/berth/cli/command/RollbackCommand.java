package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.CreateReleaseResponse;
import dev.berth.proto.v1.ReleaseServiceGrpc;
import dev.berth.proto.v1.RollbackRequest;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Back to what ran before. */
@Command(
    name = "rollback",
    description = "Make a new release that is like an old one, and roll it out.",
    footer = "JSON: {\"release\": Release, \"app\": App, \"settled\": bool}.")
public final class RollbackCommand implements Callable<Integer> {
  private static final Pattern RELEASE = Pattern.compile("v?[1-9][0-9]{0,8}");

  private final Surroundings surroundings;
  @Mixin private final ChangeOptions on = new ChangeOptions();
  @Mixin private final AppOption option = new AppOption();
  @Mixin private final WaitOptions wait = new WaitOptions();

  @Parameters(
      paramLabel = "RELEASE",
      arity = "0..1",
      defaultValue = "",
      description = "For example v3; default: the one before the current.")
  private String to = "";

  public RollbackCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    int number = number();
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      RollbackRequest request =
          RollbackRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setName(app)
              .setTo(number)
              .build();
      CreateReleaseResponse made =
          cluster.ask(ReleaseServiceGrpc::newBlockingStub, it -> it.rollback(request));
      progress.milestone("Release v" + made.getRelease().getNumber() + " made; rolling it out.");
      return new Change(surroundings, cluster, progress, wait)
          .finish(
              app,
              made.getApp().getVersion(),
              new Answer(surroundings.terminal(), on.json),
              Change.release(made));
    }
  }

  private int number() {
    if (to.isEmpty()) {
      return 0;
    }
    if (!RELEASE.matcher(to).matches()) {
      throw CommandFailure.usage(
          "a release is written like v3, not \"" + to + "\"", "see berth releases");
    }
    return Integer.parseInt(to.startsWith("v") ? to.substring(1) : to);
  }
}
