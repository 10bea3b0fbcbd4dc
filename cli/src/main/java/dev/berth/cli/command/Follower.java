package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.Deploy;
import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.InstanceList;
import dev.berth.proto.v1.ListInstancesRequest;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Follows an app's instances after a change until all that is wanted is healthy.
 *
 * <p>Only looks: when it gives up or is interrupted, the work goes on in the cluster. Confined to
 * one thread.
 */
public final class Follower {
  private final Cluster cluster;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Map<String, String> shown = new HashMap<>();

  public Follower(Cluster cluster, Surroundings surroundings, Progress progress) {
    this.cluster = cluster;
    this.surroundings = surroundings;
    this.progress = progress;
  }

  /** How long is waited, however often the watch is begun again. */
  private record Patience(Duration whole, Instant deadline) {}

  private record Awaited(long version, int release) {
    boolean isIn(InstanceList list) {
      boolean hasFailed =
          release > 0
              && list.getApp().getDeploy().getTo() == release
              && list.getApp().getDeploy().getPhase() == Deploy.Phase.FAILED;
      return hasFailed || (list.getSettled() && list.getApp().getVersion() >= version);
    }
  }

  /** Returns the settled instances; fails with {@link ExitCode#NOT_SETTLED} after the timeout. */
  public InstanceList settle(AppName app, long atLeastVersion, Duration timeout) {
    return settle(app, atLeastVersion, 0, timeout);
  }

  /** Also returns once that release has failed for good. */
  InstanceList settle(AppName app, long atLeastVersion, int release, Duration timeout) {
    Instant deadline = surroundings.clock().instant().plus(timeout);
    Thread farewell = new Thread(() -> sayThatWorkGoesOn(app), "farewell");
    Runtime.getRuntime().addShutdownHook(farewell);
    try {
      return cluster.look(
          AppServiceGrpc::newBlockingV2Stub,
          apps -> {
            BlockingClientCall<?, InstanceList> call =
                apps.watchInstances(ListInstancesRequest.newBuilder().setName(app).build());
            try {
              return watch(
                  call, app, new Awaited(atLeastVersion, release), new Patience(timeout, deadline));
            } finally {
              call.cancel("seen enough", null);
            }
          });
    } finally {
      removeHook(farewell);
    }
  }

  private InstanceList watch(
      BlockingClientCall<?, InstanceList> call, AppName app, Awaited awaited, Patience patience)
      throws StatusException, InterruptedException {
    InstanceList last = null;
    while (true) {
      Duration left = Duration.between(surroundings.clock().instant(), patience.deadline());
      InstanceList now = left.isPositive() ? read(call, left) : null;
      if (now == null) {
        throw notSettled(app, last, patience.whole());
      }
      last = now;
      show(now);
      if (awaited.isIn(now)) {
        return now;
      }
    }
  }

  private static @Nullable InstanceList read(
      BlockingClientCall<?, InstanceList> call, Duration left)
      throws StatusException, InterruptedException {
    try {
      InstanceList list = call.read(left.toMillis(), TimeUnit.MILLISECONDS);
      if (list == null) {
        throw new CommandFailure(
            ExitCode.UNREACHABLE,
            "WATCH_ENDED",
            "the cluster ended the watch before all was settled",
            "the work goes on; see berth ps");
      }
      return list;
    } catch (TimeoutException late) {
      return null;
    }
  }

  private void show(InstanceList list) {
    Instant now = surroundings.clock().instant();
    for (Instance instance : list.getInstancesList()) {
      String key = InstanceWords.name(instance) + "/" + instance.getPlacementId();
      String phase = InstanceWords.phase(instance);
      String told = phase + "/" + instance.getIncarnation() + "/" + instance.getDetail();
      if (!told.equals(shown.put(key, told))) {
        progress.milestone(line(instance, phase, now));
      }
    }
    progress.state(InstanceWords.summary(list.getInstancesList()));
  }

  private String line(Instance instance, String phase, Instant now) {
    String where = instance.getNode().isEmpty() ? "" : " on " + instance.getNode();
    String note = InstanceWords.note(instance, now);
    return String.format(
        "%7s  %-12s %-9s v%d%s%s",
        Words.seconds(progress.elapsed()),
        InstanceWords.name(instance),
        phase,
        instance.getRelease(),
        where,
        note.isEmpty() ? "" : "  (" + note + ")");
  }

  private static CommandFailure notSettled(
      AppName app, @Nullable InstanceList last, Duration timeout) {
    String reached =
        last == null ? "nothing heard" : InstanceWords.summary(last.getInstancesList());
    String name = app.getTenant() + "/" + app.getApp();
    return new CommandFailure(
        ExitCode.NOT_SETTLED,
        "NOT_SETTLED",
        name + " was not settled after " + Words.length(timeout) + ": " + reached,
        "the work goes on; see berth ps -a " + name + " and berth logs -a " + name);
  }

  private void sayThatWorkGoesOn(AppName app) {
    progress.milestone(
        "Interrupted. The cluster has accepted the change and carries on; see: berth ps -a "
            + app.getTenant()
            + "/"
            + app.getApp());
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // The process is ending already, and the hook says so.
    }
  }
}
