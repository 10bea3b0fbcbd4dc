package dev.berth.agent.runtime;

import dev.berth.agent.network.EgressPolicy;
import dev.berth.agent.oom.MemoryKills;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Containers that exist only in memory; tests end them, fail their starts and read what was called.
 *
 * <p>Thread-safe.
 */
public final class FakeInstanceHost implements InstanceHost {
  private final Map<Long, Launched> running = new ConcurrentSkipListMap<>();
  private final Map<Long, String> addresses = new ConcurrentSkipListMap<>();
  private final List<Kept> left = new CopyOnWriteArrayList<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private final List<Consumer<Ended>> listeners = new CopyOnWriteArrayList<>();
  private final Path logDirectory;
  private volatile @Nullable HostException nextFailure;
  private volatile boolean obeysTerminate = true;
  private volatile Usage usage = new Usage(1_000, 0, 4096, 0, 0, 0, 4096, 1, MemoryKills.NONE, 0);
  private volatile @Nullable Output output;
  private int nextAddress = 2;

  public FakeInstanceHost(Path logDirectory) {
    this.logDirectory = logDirectory;
  }

  /** What {@link #adopt} will return. */
  public void leave(Kept kept) {
    left.add(kept);
    addresses.put(kept.placementId(), kept.address());
    if (kept
        instanceof Kept.Running(long id, int incarnation, String address, int port, long pid, _)) {
      running.put(id, new Launched(id, incarnation, address, port, pid));
    }
  }

  /** The next prepare or start fails with this. */
  public void failNext(HostException failure) {
    nextFailure = failure;
  }

  /** Whether SIGTERM ends a container at once. */
  public void obeyTerminate(boolean obeys) {
    obeysTerminate = obeys;
  }

  /** What each running container uses from now on. */
  public void use(Usage used) {
    usage = used;
  }

  /** Ends a running container from inside. */
  public void end(long placementId, int exitCode, boolean oomKilled) {
    var memory =
        oomKilled
            ? new MemoryKills(1, MemoryKills.Main.KILLED, MemoryKills.At.OWN_LIMIT, "process 7 (a)")
            : MemoryKills.NONE;
    var launched = running.remove(placementId);
    if (launched != null) {
      var ended =
          new Ended(placementId, launched.incarnation(), exitCode, memory, 0, "exit " + exitCode);
      listeners.forEach(listener -> listener.accept(ended));
    }
  }

  /** Every call so far, such as {@code start 7.1}. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  public List<Launched> running() {
    return new ArrayList<>(running.values());
  }

  @Override
  public List<Kept> adopt() {
    calls.add("adopt");
    return List.copyOf(left);
  }

  @Override
  public void prepare(ContainerPlan plan) throws HostException {
    calls.add("prepare " + plan.placementId());
    failIfTold();
  }

  @Override
  public Launched start(ContainerPlan plan, int incarnation) throws HostException {
    calls.add("start " + plan.placementId() + "." + incarnation);
    failIfTold();
    String address = addresses.computeIfAbsent(plan.placementId(), _ -> address());
    var launched =
        new Launched(
            plan.placementId(), incarnation, address, plan.port(), 10_000 + plan.placementId());
    running.put(plan.placementId(), launched);
    return launched;
  }

  @Override
  public void limit(long placementId, EgressPolicy egress) {
    calls.add("limit " + placementId + " " + egress.deny());
  }

  @Override
  public void terminate(long placementId) {
    calls.add("terminate " + placementId);
    if (obeysTerminate) {
      end(placementId, 143, false);
    }
  }

  @Override
  public void kill(long placementId) {
    calls.add("kill " + placementId);
    end(placementId, 137, false);
  }

  @Override
  public void discard(long placementId) {
    calls.add("discard " + placementId);
    end(placementId, 137, false);
  }

  @Override
  public void release(long placementId) {
    calls.add("release " + placementId);
    end(placementId, 137, false);
    addresses.remove(placementId);
  }

  @Override
  public void onExit(Consumer<Ended> listener) {
    listeners.add(listener);
  }

  @Override
  public Path log(long placementId, int incarnation) {
    return logDirectory.resolve(placementId + "-" + incarnation + ".log");
  }

  @Override
  public Optional<Output> output(long placementId) {
    return Optional.ofNullable(output);
  }

  /** What each container has written from now on. */
  public void write(Output written) {
    output = written;
  }

  @Override
  public Optional<Usage> usage(long placementId) {
    return running.containsKey(placementId) ? Optional.of(usage) : Optional.empty();
  }

  @Override
  public String runtimeName() {
    return "fake 1.0";
  }

  @Override
  public Capacity capacity() {
    return new Capacity(4096, 2000, 10_000, 20_000);
  }

  @Override
  public void close() {
    calls.add("close");
  }

  private synchronized String address() {
    return "10.88.0." + nextAddress++;
  }

  private void failIfTold() throws HostException {
    var failure = nextFailure;
    nextFailure = null;
    if (failure != null) {
      throw failure;
    }
  }
}
