package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Terminal;
import dev.berth.cli.output.Terminal.Color;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.LogLine;
import dev.berth.proto.v1.LogServiceGrpc;
import dev.berth.proto.v1.ReadLogsRequest;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What an app's instances say. */
@Command(
    name = "logs",
    description = "Show what an app's instances log, oldest first.",
    footer = "JSON: one LogLine object per line; bytes that are not UTF-8 are replaced.")
public final class LogsCommand implements Callable<Integer> {
  private static final int MOST_LINES = 10_000;

  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  @Option(
      names = {"-t", "--follow"},
      description = "Go on with new lines until Ctrl-C.")
  private boolean follow;

  @Option(
      names = {"-n", "--tail"},
      paramLabel = "N",
      defaultValue = "100",
      description = "Begin with the last N lines of each instance (default ${DEFAULT-VALUE}).")
  private int tail = 100;

  @Parameters(
      paramLabel = "TARGET",
      arity = "0..1",
      defaultValue = "",
      description = "A process type (web) or an instance (web.3); default: all.")
  private String target = "";

  public LogsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    if (tail < 1 || tail > MOST_LINES) {
      throw CommandFailure.usage(
          "--tail must be from 1 to " + MOST_LINES + ", not " + tail, "ask for fewer lines");
    }
    ReadLogsRequest request =
        ReadLogsRequest.newBuilder()
            .setName(app)
            .setTarget(target)
            .setTail(tail)
            .setFollow(follow)
            .build();
    try (Cluster cluster = on.open(surroundings)) {
      return cluster.converse(
          LogServiceGrpc::newBlockingV2Stub,
          logs -> {
            print(logs.readLogs(request));
            return 0;
          });
    }
  }

  private void print(BlockingClientCall<?, LogLine> lines)
      throws StatusException, InterruptedException {
    Terminal terminal = surroundings.terminal();
    for (LogLine line = lines.read(); line != null; line = lines.read()) {
      terminal.out().println(on.json ? Json.line(line) : text(line));
      if (terminal.out().checkError()) {
        lines.cancel("nobody reads the output any more", null);
        return;
      }
    }
  }

  private String text(LogLine line) {
    Color color =
        switch (line.getSource()) {
          case STDOUT, UNRECOGNIZED -> Color.GOOD;
          case STDERR -> Color.WAITING;
          case PLATFORM -> Color.FAINT;
        };
    Terminal terminal = surroundings.terminal();
    String said = line.getText().toStringUtf8();
    return Words.stamp(line.getAt())
        + " "
        + terminal.paint(color, Terminal.clean(line.getInstance()))
        + " "
        + (terminal.colored() ? Terminal.cleanButColor(said) : said);
  }
}
