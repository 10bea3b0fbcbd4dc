package dev.berth.agent.runtime;

import dev.berth.agent.image.RootFileSystems;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.oom.KillJournal;
import dev.berth.agent.oom.OomTruth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the container of one incarnation, from its root to a process that was verified.
 *
 * <p>After a failure its caller takes away what there is. Called with the placement's lock held.
 */
record ContainerMaking(HostParts parts, Limiting limiting, KillJournal journal, Ledger ledger) {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerMaking.class);
  private static final long MICROS_A_TICK = 10_000;
  private static final Verifier VERIFIER = new Verifier();

  Launched launch(ContainerPlan plan, Placement placement, String name)
      throws IOException, HostException {
    String upper = assemble(plan, placement, name);
    Bundle bundle = bundle(plan, placement, name);
    bundle.write(parts.layout().bundle(name), parts.common());
    limiting.boundDevice(parts.layout().bundle(name), upper, plan.limits());
    limiting.orderShim(parts.layout().bundle(name), plan.limits().rates());
    long pid = parts.runtime().create(name, Removal.log(parts.layout(), name));
    limiting.apply(bundle, parts.common(), upper);
    refuse(plan, limiting.shortenTurns(pid)); // read back now: a tenant may change its own later
    long rate = limiting.networkBytesPerSecond(plan.limits());
    if (!parts.common().runtimeSwitches()
        && parts.settings().defences().has(Defence.OWN_NETWORK_NAMESPACE)) {
      parts.network().setSwitches(pid);
    }
    var network = parts.network().attach(placement.place(), pid, rate);
    refuse(plan, parts.network().differences(placement.place(), pid)); // before anything runs in it
    var started = entry(placement, placement.incarnation(), Ledger.Phase.STARTED, plan.port(), pid);
    var container = container(started, journal.position());
    placement.hold(container);
    parts.runtime().start(name);
    var differences = new ArrayList<>(VERIFIER.differences(pid, bundle));
    differences.addAll(limiting.differences(pid, bundle, parts.common(), upper, network));
    refuse(plan, differences);
    ledger.write(started, false);
    Thread.ofVirtual().start(() -> holdShim(placement, container));
    String address = parts.subnet().address(placement.place());
    return new Launched(plan.placementId(), placement.incarnation(), address, plan.port(), pid);
  }

  private void refuse(ContainerPlan plan, List<String> differences) throws HostException {
    if (!differences.isEmpty() && parts.settings().defences().has(Defence.READ_BACK)) {
      LOG.error("{} was killed, it differs from its order: {}", plan.name(), differences);
      throw HostException.unverified(differences);
    }
  }

  /**
   * Moving a process takes the kernel 10 ms and more, so nobody waits for it. An agent that ends
   * before it is through leaves it to the next.
   */
  void holdShim(Placement placement, Container container) {
    placement.lock().lock();
    try {
      var shim = parts.runtime().shim(container.name());
      if (shim.isPresent() && placement.container() == container && !container.isOver()) {
        Path bundle = parts.layout().bundle(container.name());
        limiting.holdShim(bundle, container.cgroup(), shim.get().pid());
      }
    } catch (IOException e) {
      if (container.isAlive()) {
        LOG.warn("the log of {} may take more cpu than it should", container.name(), e);
      }
    } finally {
      placement.lock().unlock();
    }
  }

  /** One that was just made, or was adopted. */
  Container container(Ledger.Entry entry, long since) {
    String name = Container.name(entry.placementId(), entry.incarnation());
    var subject =
        new OomTruth.Subject(
            parts.cgroup(name),
            parts.range(entry.place()),
            entry.pid(),
            since,
            entry.startTicks() * MICROS_A_TICK);
    var memory = new OomTruth(parts.cgroups(), journal);
    return new Container(parts.syscalls(), parts.cgroups(), memory, entry, subject);
  }

  private String assemble(ContainerPlan plan, Placement placement, String name)
      throws IOException, HostException {
    Path base = parts.images().mounted(plan.baseDigest());
    Path slug = parts.images().mounted(plan.slugDigest());
    String address = parts.subnet().address(placement.place());
    return parts
        .roots()
        .assemble(
            new RootFileSystems.Parts(
                name,
                base,
                slug,
                parts.range(placement.place()),
                limiting.diskMib(plan.limits()),
                Furnishing.files(plan, address, base)));
  }

  private Bundle bundle(ContainerPlan plan, Placement placement, String name) throws HostException {
    Path root = StateLayout.WINDOW.resolve(name);
    return new Bundle(
        root,
        plan.argv(),
        Furnishing.environment(plan, parts.settings().defences()),
        parts.range(placement.place()),
        plan.limits(),
        parts.cgroup(name),
        Furnishing.hostname(plan),
        ContainerMounts.writable(root));
  }

  Ledger.Entry entry(Placement placement, int incarnation, Ledger.Phase phase, int port, long pid) {
    long ticks = pid == 0 ? 0 : new ProcessView(pid).startTicks();
    return new Ledger.Entry(
        placement.id(),
        placement.place(),
        incarnation,
        phase,
        port,
        pid,
        ticks,
        parts.bootId(),
        placement.passage());
  }
}
