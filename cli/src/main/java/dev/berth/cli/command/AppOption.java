package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.AppReference;
import dev.berth.proto.v1.AppName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Names the app. Filled by the command line. */
final class AppOption {
  @Option(
      names = {"-a", "--app"},
      paramLabel = "TENANT/APP",
      description = "The app; else BERTH_APP, else the nearest .berth file upwards.")
  @Nullable String app;

  AppName name(Surroundings surroundings) {
    return AppReference.find(app, surroundings.environment(), surroundings.workingDirectory());
  }
}
