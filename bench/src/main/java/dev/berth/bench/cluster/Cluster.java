package dev.berth.bench.cluster;

import java.nio.file.Path;

/** A cluster of a run's own, as its operator and its clients have it. */
public interface Cluster extends AutoCloseable {
  /** For a run's own files; removed with the cluster. */
  Path scratch();

  /** Of the router, on loopback. */
  int httpPort();

  /** Runs ./berth as the operator; fails when the exit code is not 0. */
  BerthCommand.Outcome berth(String... arguments);

  /** Runs ./berth as the operator. */
  BerthCommand.Outcome tryBerth(String... arguments);

  ClusterApi api();

  /** The instances' processes of this cluster, and of no other one on the host. */
  InstanceProcesses processes();

  /** Publishes the image that a recipe of deploy/bases makes. */
  void publishBase(String line);

  /** Leaves nothing of it behind. */
  @Override
  void close();
}
