package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.AppReference;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.GetTrialRequest;
import dev.berth.proto.v1.HaltTrialRequest;
import dev.berth.proto.v1.ListTrialsRequest;
import dev.berth.proto.v1.Trial;
import dev.berth.proto.v1.Trial.Outcome;
import dev.berth.proto.v1.Trial.Tried;
import dev.berth.proto.v1.TryBaseRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A base version tried under apps that run on another: begun, halted, watched. */
record TrialCommand(Surroundings surroundings, ClusterOptions on) {
  private static final Duration EVERY = Duration.ofMillis(500);

  int run(String line, TrialOptions how, WaitOptions wait) {
    if (how.halt && how.show) {
      throw CommandFailure.usage("--halt and --show exclude each other", "choose one");
    }
    if (how.show) {
      return show(line);
    }
    return how.halt ? halt(line) : begin(line, how, wait);
  }

  private int begin(String line, TrialOptions how, WaitOptions wait) {
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      TryBaseRequest.Builder request =
          TryBaseRequest.newBuilder()
              .setMutation(cluster.mutation().toBuilder().setReason(how.reason))
              .setLine(line)
              .setTo(how.to)
              .setFrom(how.from)
              .setAtATime(how.atATime)
              .setWithinSeconds((int) how.within.toSeconds())
              .setAllTypes(how.allTypes);
      for (String name : how.apps.isEmpty() ? new String[0] : how.apps.split(",", -1)) {
        request.addApps(AppReference.parse(name, "--apps"));
      }
      Trial begun =
          cluster.ask(BaseServiceGrpc::newBlockingStub, it -> it.tryBase(request.build()));
      progress.milestone(
          "Trial t%d tries %s v%d, %d at a time; no app is changed."
              .formatted(begun.getNumber(), begun.getLine(), begun.getTo(), begun.getAtATime()));
      if (wait.noWait) {
        new Answer(surroundings.terminal(), on.json).one(begun, () -> words(begun));
        return 0;
      }
      return follow(cluster, progress, begun, wait.timeout);
    }
  }

  private int halt(String line) {
    try (Cluster cluster = on.open(surroundings)) {
      HaltTrialRequest request =
          HaltTrialRequest.newBuilder().setMutation(cluster.mutation()).setLine(line).build();
      Trial halted = cluster.ask(BaseServiceGrpc::newBlockingStub, it -> it.haltTrial(request));
      new Answer(surroundings.terminal(), on.json).one(halted, () -> words(halted));
      return 0;
    }
  }

  private int show(String line) {
    try (Cluster cluster = on.open(surroundings)) {
      return told(read(cluster, line, 0));
    }
  }

  int list() {
    try (Cluster cluster = on.open(surroundings)) {
      List<Trial> trials =
          cluster
              .ask(
                  BaseServiceGrpc::newBlockingStub,
                  it -> it.listTrials(ListTrialsRequest.getDefaultInstance()))
              .getTrialsList();
      new Answer(surroundings.terminal(), on.json)
          .list(trials, () -> table(trials), "No trials yet. Next: berth base trial LINE");
      return 0;
    }
  }

  private int follow(Cluster cluster, Progress progress, Trial begun, Duration timeout) {
    Instant deadline = surroundings.clock().instant().plus(timeout);
    Set<String> shown = new HashSet<>();
    while (true) {
      Trial now = read(cluster, begun.getLine(), begun.getNumber());
      for (Tried it : now.getTriedList()) {
        if (isBad(it) && shown.add(name(it))) {
          progress.milestone(
              "%7s  %s is %s".formatted(Words.seconds(progress.elapsed()), name(it), word(it)));
        }
      }
      progress.state(counts(now));
      if (now.getPhase() != Trial.Phase.TRYING) {
        progress.clear();
        return told(now);
      }
      if (!surroundings.clock().instant().isBefore(deadline)) {
        throw new CommandFailure(
            ExitCode.NOT_SETTLED,
            "NOT_SETTLED",
            "trial t%d was not over after %s: %s"
                .formatted(now.getNumber(), Words.length(timeout), counts(now)),
            "it goes on; see berth base trial %s --show".formatted(now.getLine()));
      }
      LockSupport.parkNanos(EVERY.toNanos());
    }
  }

  /** All of it; something that breaks makes the command fail, so that programs need not read. */
  private int told(Trial trial) {
    new Answer(surroundings.terminal(), on.json).one(trial, () -> words(trial));
    var worth = new ArrayList<Tried>();
    for (Tried it : trial.getTriedList()) {
      if (it.getOutcome() != Outcome.HEALTHY) {
        worth.add(it);
      }
    }
    if (!on.json && !worth.isEmpty()) {
      tried(worth).print(surroundings.terminal());
    }
    boolean isWhole =
        trial.getPhase() == Trial.Phase.DONE || trial.getPhase() == Trial.Phase.TRYING;
    boolean isWell = trial.getBroken() + trial.getNotHealthy() + trial.getNoRoom() == 0;
    return (isWhole && isWell ? ExitCode.DONE : ExitCode.HALTED).number();
  }

  private static boolean isBad(Tried tried) {
    return switch (tried.getOutcome()) {
      case BROKEN, NOT_HEALTHY, NO_ROOM -> true;
      case WAITING, UNDER_WAY, HEALTHY, LEFT_OUT, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static Trial read(Cluster cluster, String line, long number) {
    GetTrialRequest request = GetTrialRequest.newBuilder().setLine(line).setNumber(number).build();
    return cluster.ask(BaseServiceGrpc::newBlockingStub, it -> it.getTrial(request));
  }

  private static String words(Trial trial) {
    String counts = trial.getApps() == 0 ? trial.getWords() : counts(trial);
    return "t%d, %s v%d, is %s%s."
        .formatted(
            trial.getNumber(),
            trial.getLine(),
            trial.getTo(),
            phase(trial),
            counts.isEmpty() ? "" : ": " + counts);
  }

  private static String counts(Trial trial) {
    var parts = new ArrayList<String>();
    part(parts, trial.getHealthy(), "healthy");
    part(parts, trial.getBroken(), "broken");
    part(parts, trial.getNotHealthy(), "not healthy");
    part(parts, trial.getNoRoom(), "without room");
    part(parts, trial.getLeftOut(), "left out");
    part(parts, trial.getUnderWay(), "under way");
    part(parts, trial.getWaiting(), "waiting");
    return "%d apps%s"
        .formatted(trial.getApps(), parts.isEmpty() ? "" : ", " + String.join(", ", parts));
  }

  private static void part(List<String> parts, int count, String word) {
    if (count > 0) {
      parts.add(count + " " + word);
    }
  }

  private static String phase(Trial trial) {
    return trial.getPhase().name().toLowerCase(Locale.ROOT);
  }

  private static String name(Tried tried) {
    return tried.getName().getTenant()
        + "/"
        + tried.getName().getApp()
        + "/"
        + tried.getProcessType();
  }

  private static String word(Tried tried) {
    return switch (tried.getOutcome()) {
      case NO_ROOM -> "without room";
      case WAITING,
          UNDER_WAY,
          HEALTHY,
          BROKEN,
          NOT_HEALTHY,
          LEFT_OUT,
          OUTCOME_UNSPECIFIED,
          UNRECOGNIZED ->
          tried.getOutcome().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  private static Table tried(List<Tried> tried) {
    Table table = new Table("process type", "is", "because");
    tried.forEach(it -> table.row(name(it), word(it), it.getWords()));
    return table;
  }

  private Table table(List<Trial> trials) {
    Instant now = surroundings.clock().instant();
    Table table = new Table("trial", "base", "phase", "began", "by", "result");
    for (Trial it : trials) {
      table.row(
          "t" + it.getNumber(),
          it.getLine() + " v" + it.getTo(),
          phase(it),
          Words.since(it.getBeganAt(), now),
          it.getActor(),
          it.getWords());
    }
    return table;
  }
}
