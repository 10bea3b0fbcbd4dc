package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.upload.Deployment;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.CreateReleaseResponse;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A directory becomes the app's next release. */
@Command(
    name = "deploy",
    description = {
      "Make a release of a directory with a Procfile and roll it out.",
      "The directory goes as it is, without .git, .berth and what .berthignore lists."
    },
    footer = "JSON: {\"release\": Release, \"app\": App, \"settled\": bool}.")
public final class DeployCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ChangeOptions on = new ChangeOptions();
  @Mixin private final AppOption option = new AppOption();
  @Mixin private final WaitOptions wait = new WaitOptions();

  @Parameters(paramLabel = "DIR", defaultValue = ".", description = "Default: here.")
  private Path directory = Path.of(".");

  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      defaultValue = "deploy",
      description = "Why, for the list of releases.")
  private String message = "deploy";

  public DeployCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      Path source = surroundings.workingDirectory().resolve(directory).normalize();
      CreateReleaseResponse made = new Deployment(cluster, progress).deploy(app, source, message);
      progress.milestone("Release v" + made.getRelease().getNumber() + " made; rolling it out.");
      Change change = new Change(surroundings, cluster, progress, wait);
      return change.finish(
          app,
          made.getApp().getVersion(),
          new Answer(surroundings.terminal(), on.json),
          Change.release(made));
    }
  }
}
