package dev.berth.cli.command;

import dev.berth.cli.output.Table;
import dev.berth.cli.output.Terminal.Color;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.Exit;
import dev.berth.proto.v1.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Instances as people read them. */
final class InstanceWords {
  private InstanceWords() {}

  /** "web.3" */
  static String name(Instance instance) {
    return instance.getProcessType() + "." + instance.getIndex();
  }

  static String phase(Instance instance) {
    return switch (instance.getPhase()) {
      case PENDING -> "pending";
      case PLACED -> "placed";
      case STARTING -> "starting";
      case RUNNING -> "running";
      case BACKOFF -> "backoff";
      case STOPPING -> "stopping";
      case PHASE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }

  static Color color(String phase) {
    return switch (phase) {
      case "running" -> Color.GOOD;
      case "backoff", "pending" -> Color.BAD;
      default -> Color.WAITING;
    };
  }

  static String address(Instance instance) {
    return instance.getAddress().isEmpty() ? "-" : instance.getAddress() + ":" + instance.getPort();
  }

  /** How the last incarnation ended; empty if none has. */
  static String lastExit(Instance instance) {
    if (!instance.hasLastExit()) {
      return "";
    }
    Exit exit = instance.getLastExit();
    String how =
        switch (exit.getCause()) {
          case PROCESS_EXITED -> "exited with " + exit.getCode();
          case OUT_OF_MEMORY -> "out of memory";
          case UNHEALTHY -> "unhealthy";
          case STOPPED -> "stopped";
          case START_FAILED -> "could not be started";
          case UNVERIFIED -> "not as specified";
          case CAUSE_UNSPECIFIED, UNRECOGNIZED -> "ended";
        };
    return exit.getMessage().isEmpty() ? how : how + ": " + exit.getMessage();
  }

  static String note(Instance instance, Instant now) {
    return switch (instance.getPhase()) {
      case BACKOFF -> lastExit(instance) + "; next start " + next(instance.getNextStartAt(), now);
      case PENDING, PLACED, STARTING, STOPPING -> instance.getDetail();
      case RUNNING ->
          instance.getRestarts() > 0 ? "before: " + lastExit(instance) : instance.getDetail();
      case PHASE_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  private static String next(long at, Instant now) {
    Duration left = Duration.between(now, Instant.ofEpochMilli(at));
    return left.isPositive() ? "in " + Words.length(left.plusMillis(999)) : "now";
  }

  static Table table(List<Instance> instances, Instant now) {
    Table table =
        new Table(
            "instance", "phase", "since", "release", "size", "node", "address", "restarts", "note");
    for (Instance it : instances) {
      table.row(
          name(it),
          phase(it),
          Words.since(it.getSince(), now),
          "v" + it.getRelease(),
          it.getSize(),
          it.getNode().isEmpty() ? "-" : it.getNode(),
          address(it),
          it.getRestarts(),
          note(it, now));
    }
    return table.paint(1, InstanceWords::color);
  }

  static String summary(List<Instance> instances) {
    long running = instances.stream().filter(it -> it.getPhase() == Instance.Phase.RUNNING).count();
    return String.format(Locale.ROOT, "%d of %d instances healthy", running, instances.size());
  }
}
