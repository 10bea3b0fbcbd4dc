package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.DrainNodeRequest;
import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import dev.berth.proto.v1.RemoveNodeRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** A node that all is to leave: asked for, followed, forgotten. */
record DrainCommand(Surroundings surroundings, ClusterOptions on) {
  private static final Duration EVERY = Duration.ofMillis(300);

  int drain(String name, DrainOptions how, WaitOptions wait) {
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      DrainNodeRequest request =
          DrainNodeRequest.newBuilder()
              .setMutation(cluster.mutation().toBuilder().setReason(how.reason))
              .setNode(name)
              .setDeadlineSeconds(how.deadline.toSeconds())
              .setUndo(how.undo)
              .build();
      Node node = cluster.ask(NodeServiceGrpc::newBlockingStub, it -> it.drainNode(request));
      if (how.undo) {
        return told(node, name + " gets new instances again; what is still there stays.");
      }
      if (wait.noWait) {
        return told(node, "%s is drained; %s left.".formatted(name, count(node)));
      }
      progress.milestone("%s is drained; %s to go.".formatted(name, count(node)));
      return follow(cluster, progress, name, wait.timeout);
    }
  }

  private int follow(Cluster cluster, Progress progress, String name, Duration timeout) {
    Instant deadline = surroundings.clock().instant().plus(timeout);
    while (true) {
      Node node = read(cluster, name);
      String waiting = node.getDrainWaiting();
      progress.state(count(node) + " to go" + (waiting.isEmpty() ? "" : "; " + waiting));
      if (node.getInstances() == 0) {
        progress.clear();
        return told(
            node, "%s is empty after %s.".formatted(name, Words.seconds(progress.elapsed())));
      }
      if (node.getDrainingSince() == 0) {
        throw new CommandFailure(
            ExitCode.NOT_SETTLED,
            "NOT_SETTLED",
            "somebody has taken the drain of %s back; %s left".formatted(name, count(node)),
            "see berth events");
      }
      if (!surroundings.clock().instant().isBefore(deadline)) {
        throw new CommandFailure(
            ExitCode.NOT_SETTLED,
            "NOT_SETTLED",
            "%s was not empty after %s: %s left"
                .formatted(name, Words.length(timeout), count(node)),
            "the drain goes on; see berth nodes and berth events");
      }
      LockSupport.parkNanos(EVERY.toNanos());
    }
  }

  int remove(String name) {
    try (Cluster cluster = on.open(surroundings)) {
      RemoveNodeRequest request =
          RemoveNodeRequest.newBuilder().setMutation(cluster.mutation()).setNode(name).build();
      var removed = cluster.ask(NodeServiceGrpc::newBlockingStub, it -> it.removeNode(request));
      new Answer(surroundings.terminal(), on.json).one(removed, () -> name + " is forgotten.");
      return 0;
    }
  }

  private int told(Node node, String words) {
    new Answer(surroundings.terminal(), on.json).one(node, () -> words);
    return 0;
  }

  private static String count(Node node) {
    return node.getInstances() == 1 ? "1 instance" : node.getInstances() + " instances";
  }

  private static Node read(Cluster cluster, String name) {
    return cluster
        .ask(
            NodeServiceGrpc::newBlockingStub,
            it -> it.listNodes(ListNodesRequest.getDefaultInstance()))
        .getNodesList()
        .stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new CommandFailure(
                ExitCode.REFUSED,
                "NODE_NOT_FOUND",
                "node " + name + " is no longer known",
                "see berth nodes"));
  }
}
