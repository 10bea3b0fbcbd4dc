package dev.berth.agent.runtime;

import dev.berth.agent.network.EgressPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The containers of this node.
 *
 * <p>Every call blocks until it has taken effect, save {@link #terminate} and {@link #kill}; call
 * on virtual threads. At most one incarnation of a placement exists at a time: {@link #start} is
 * refused until {@link #discard} has removed the one before. Closing stops watching and leaves
 * every container running. Thread-safe; calls for the same placement are made one after another.
 */
public interface InstanceHost extends AutoCloseable {

  /**
   * Takes over everything an earlier agent left, and begins to watch what still runs. Called once,
   * after {@link #onExit} and before any start. What was half made is removed first.
   */
  List<Kept> adopt();

  /** Fetches, checks and mounts the images, off the start path. May be repeated. */
  void prepare(ContainerPlan plan) throws HostException;

  /**
   * Makes the container and returns once its process runs and was verified. After a failure nothing
   * of this incarnation is left; the address and id range stay with the placement.
   */
  Launched start(ContainerPlan plan, int incarnation) throws HostException;

  /**
   * Replaces the egress policy of a placement; in force for every packet when it returns, also of
   * connections that are open. Does nothing when there is no such placement.
   */
  void limit(long placementId, EgressPolicy egress);

  /** SIGTERM to the container's first process. Does nothing when it has ended. */
  void terminate(long placementId);

  /** SIGKILL to every process of the container. Does nothing when it has ended. */
  void kill(long placementId);

  /**
   * Removes container, mounts, upper layer, cgroup and link, killing what still runs. The address
   * and the id range stay with the placement. May be repeated.
   */
  void discard(long placementId);

  /** Discards, gives the address and the id range back and forgets the placement. */
  void release(long placementId);

  /**
   * Tells of each end once. The listener must not block; it is called on the watching thread. A
   * process that ends at once may be told of before {@link #start} has returned.
   */
  void onExit(Consumer<Ended> listener);

  /** The output of one incarnation, in conmon's k8s-file format; there from start until discard. */
  Path log(long placementId, int incarnation);

  /** What the running container has written to its outputs; empty when it does not run. */
  Optional<Output> output(long placementId);

  /** What the running container uses now; empty when it does not run. */
  Optional<Usage> usage(long placementId);

  /** For example {@code crun 1.8.1}. */
  String runtimeName();

  /** What instances may use on this node; the reserve for the host is already taken off. */
  Capacity capacity();

  @Override
  void close();
}
