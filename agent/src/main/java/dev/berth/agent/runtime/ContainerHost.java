package dev.berth.agent.runtime;

import dev.berth.agent.image.IdRange;
import dev.berth.agent.keep.ImageHost;
import dev.berth.agent.network.EgressPolicy;
import dev.berth.agent.oom.KillJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real host: OCI runtime, conmon, overlay, cgroups and network of this machine.
 *
 * <p>Every address is on disk before anything is made with it, and every container is verified
 * before it is handed over. Thread-safe.
 */
public final class ContainerHost implements InstanceHost {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerHost.class);
  private static final int DEAD_TICKS = 3;

  /** Its conmon may be behind, on a busy host or with a flood of log lines before the end. */
  private static final int DEAD_TICKS_WITH_SHIM = 30;

  private static final int WARM_PLACES = 4;
  private static final long END_SECONDS = 10;

  /** Placements from here on are throw-away containers of checks: nobody hears of their ends. */
  public static final long FIRST_CELL = 1L << 62;

  private final HostParts parts;
  private final Ledger ledger;
  private final Doors doors;
  private final Places places;
  private final Removal removal;
  private final HeldPlaces held;
  private final KillJournal journal;
  private final ContainerMaking making;
  private final Capacity capacity;
  private final ExitWatch watch;
  private final Map<Long, Placement> placements = new ConcurrentHashMap<>();
  private final List<Consumer<Ended>> listeners = new CopyOnWriteArrayList<>();

  private ContainerHost(HostParts parts) throws IOException {
    this.parts = parts;
    this.ledger = new Ledger(parts.layout().placements());
    this.doors = new Doors(parts.network(), ledger);
    this.places = new Places(parts.subnet().places());
    this.removal = new Removal(parts);
    this.held = new HeldPlaces(removal, this::free);
    this.journal = new KillJournal(parts.syscalls());
    var disk = Disk.under(parts.layout().root());
    var limiting = new Limiting(parts.cgroups(), disk, parts.settings().defences());
    this.making = new ContainerMaking(parts, limiting, journal, ledger);
    this.capacity = parts.settings().capacity().orElse(HostOpening.measured(parts.layout().root()));
    parts.network().watch();
    this.watch = new ExitWatch(parts.layout().exits(), this::exitWritten, this::lookForTheDead);
    keepPlaces();
    watch.start();
  }

  /** Before anything can be started, also a cell, no place that is in use is free. */
  private void keepPlaces() throws IOException {
    for (var entry : ledger.entries()) {
      if (isCell(entry.placementId())) {
        // One that an agent was using when it was killed.
        removal.remove(Container.name(entry.placementId(), entry.incarnation()), entry.place());
        ledger.remove(entry.placementId());
      } else {
        places.keep(entry.place());
      }
    }
  }

  private static boolean isCell(long placementId) {
    return placementId >= FIRST_CELL;
  }

  /**
   * Probes the runtime with a throw-away container and sets up what all containers share. Does not
   * touch containers that run; {@link InstanceHost#adopt} does.
   */
  public static ContainerHost open(HostSettings settings, BlobSource blobs) throws HostException {
    try {
      return new ContainerHost(HostOpening.open(settings, blobs));
    } catch (IOException | IllegalArgumentException e) {
      throw new HostException(
          HostException.Kind.NODE, "this machine can't run containers: " + e.getMessage(), e);
    }
  }

  @Override
  public List<Kept> adopt() {
    List<Kept> kept = new ArrayList<>();
    try {
      for (var entry : ledger.entries()) {
        if (!isCell(entry.placementId())) {
          kept.add(adopt(entry));
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("the record of the placements can't be read", e);
    }
    return kept;
  }

  private Kept adopt(Ledger.Entry entry) throws IOException {
    var placement =
        new Placement(entry.placementId(), entry.place(), entry.incarnation(), entry.passage());
    placements.put(entry.placementId(), placement);
    String address = parts.subnet().address(entry.place());
    String name = Container.name(entry.placementId(), entry.incarnation());
    boolean sameBoot = entry.bootId().equals(parts.bootId());
    if (entry.phase() != Ledger.Phase.STARTED || !sameBoot) {
      if (entry.phase() != Ledger.Phase.RESERVED) {
        removal.remove(name, entry.place());
        ledger.write(reserved(placement), false);
      }
      return new Kept.Reserved(entry.placementId(), entry.incarnation(), address);
    }
    var container = making.container(entry, 0);
    Path exit = parts.layout().exits().resolve(name);
    if (!Files.exists(exit) && container.isAlive()) {
      placement.hold(container);
      long since = Files.getLastModifiedTime(parts.layout().bundle(name)).toMillis();
      if (Files.exists(exit)) {
        exitWritten(name); // it ended between the two looks
      }
      Thread.ofVirtual().start(() -> making.holdShim(placement, container));
      return new Kept.Running(
          entry.placementId(), entry.incarnation(), address, entry.port(), entry.pid(), since);
    }
    container.tell();
    container.markOver();
    placement.hold(container);
    Ended ended = container.ended(Files.exists(exit) ? code(exit) : -1);
    return new Kept.Over(entry.placementId(), entry.incarnation(), address, ended);
  }

  @Override
  public void prepare(ContainerPlan plan) throws HostException {
    try {
      parts.images().mounted(plan.baseDigest());
      parts.images().mounted(plan.slugDigest());
    } catch (IOException e) {
      throw new HostException(HostException.Kind.IMAGE, e.getMessage() + "", e);
    }
    placement(plan);
  }

  private Placement placement(ContainerPlan plan) throws HostException {
    long id = plan.placementId();
    Placement known = placements.get(id);
    if (known != null) {
      return known;
    }
    synchronized (placements) {
      known = placements.get(id);
      if (known != null) {
        return known;
      }
      int place =
          (isCell(id) ? places.takeForCell() : places.take())
              .orElseThrow(() ->
                  new HostException(
                      HostException.Kind.EXHAUSTED,
                      "all %d addresses of %s are taken; give the node a larger network.subnet"
                          .formatted(places.forInstances(), parts.subnet())));
      var placement = new Placement(id, place, 0, plan.passage());
      try {
        ledger.write(reserved(placement), true);
        doors.open(placement);
      } catch (IOException e) {
        giveUp(placement);
        throw new HostException(
            HostException.Kind.NODE, "the address can't be made ready: " + e.getMessage(), e);
      }
      placements.put(id, placement);
      Thread.ofVirtual().start(() -> warmNext(place));
      return placement;
    }
  }

  private void giveUp(Placement placement) {
    try {
      ledger.remove(placement.id());
      doors.shut(placement.place());
      places.free(placement.place());
    } catch (IOException e) {
      LOG.error("place {} stays taken until the next start of the agent", placement.place(), e);
    }
  }

  @Override
  public void limit(long placementId, EgressPolicy egress) {
    Placement placement = placements.get(placementId);
    if (placement != null && !placement.passage().egress().equals(egress)) {
      doors.limit(placement, egress, reserved(placement));
    }
  }

  /** Forbids these networks too for all instances, beside those of the settings. */
  public void forbid(List<String> more) {
    try {
      parts.network().forbid(parts.settings().alsoForbidding(more).forbidden());
    } catch (IOException e) {
      LOG.error("instances may reach {}: {}", more, e.getMessage());
    }
  }

  private IdRange range(int place) {
    return parts.range(place);
  }

  /** The places that come next, so that their first start does not wait. */
  private void warmNext(int place) {
    try {
      for (int next = place; next < place + WARM_PLACES; next++) {
        parts.roots().warm(range(next % places.forInstances() + 1));
      }
    } catch (IOException e) {
      LOG.warn("id maps can't be made ahead of need: {}", e.getMessage());
    }
  }

  private Ledger.Entry reserved(Placement placement) {
    return making.entry(placement, placement.incarnation(), Ledger.Phase.RESERVED, 0, 0);
  }

  @Override
  public Launched start(ContainerPlan plan, int incarnation) throws HostException {
    prepare(plan);
    Placement placement = placement(plan);
    placement.lock().lock();
    try {
      if (placement.container() != null) {
        throw new IllegalStateException(
            "placement " + plan.placementId() + " has a container; discard it first");
      }
      String name = Container.name(plan.placementId(), incarnation);
      placement.tried(incarnation);
      ledger.write(
          making.entry(placement, incarnation, Ledger.Phase.STARTING, plan.port(), 0), false);
      try {
        return making.launch(plan, placement, name);
      } catch (IOException | HostException e) {
        abandon(placement, name);
        throw e;
      }
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.NODE, "the container can't be made: " + e.getMessage(), e);
    } finally {
      placement.lock().unlock();
    }
  }

  private void abandon(Placement placement, String name) throws IOException {
    Container container = placement.container();
    if (container != null) {
      container.tell(); // its end is the failure that the caller hears of
      container.close();
    }
    placement.hold(null);
    removal.remove(name, placement.place());
    ledger.write(reserved(placement), false);
  }

  @Override
  public void terminate(long placementId) {
    container(placementId).ifPresent(Container::terminate);
  }

  @Override
  public void kill(long placementId) {
    container(placementId).ifPresent(Container::kill);
  }

  @Override
  public void discard(long placementId) {
    Placement placement = placements.get(placementId);
    if (placement == null) {
      return;
    }
    placement.lock().lock();
    try {
      Container container = placement.container();
      if (container == null) {
        return;
      }
      container.kill();
      if (!container.awaitOver(END_SECONDS)) {
        LOG.warn("{} gave no exit code in {} s", container.name(), END_SECONDS);
      }
      removal.remove(container.name(), placement.place());
      placement.hold(null);
      container.close();
      ledger.write(reserved(placement), false);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("placement " + placementId + " can't be recorded", e);
    } finally {
      placement.lock().unlock();
    }
  }

  @Override
  public void release(long placementId) {
    discard(placementId);
    Placement placement = placements.get(placementId);
    if (placement != null) {
      String name = Container.name(placementId, placement.incarnation());
      boolean holding = parts.settings().defences().has(Defence.HELD_PLACES);
      if (holding && !removal.isGone(name)) {
        held.hold(placement, name);
      } else {
        free(placement);
      }
      placements.remove(placementId);
    }
  }

  private void free(Placement placement) {
    try {
      doors.close(placement.place());
      ledger.remove(placement.id());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("placement " + placement.id() + " stays on disk", e);
    }
    parts.roots().forget(range(placement.place()));
    places.free(placement.place());
  }

  @Override
  public void onExit(Consumer<Ended> listener) {
    listeners.add(listener);
  }

  private void exitWritten(String name) {
    for (Placement placement : placements.values()) {
      Container container = placement.container();
      if (container != null && container.name().equals(name)) {
        tell(container, code(parts.layout().exits().resolve(name)));
      }
    }
  }

  private void lookForTheDead() {
    held.retry();
    journal.position(); // so that the kernel's log is read before it is overwritten
    for (Placement placement : placements.values()) {
      Container container = placement.container();
      if (container == null || container.isOver()) {
        continue;
      }
      Path exit = parts.layout().exits().resolve(container.name());
      if (Files.exists(exit)) {
        tell(container, code(exit));
      } else if (container.deadTicks() >= patience(container)) {
        tell(container, -1);
      }
    }
  }

  private int patience(Container container) {
    return parts.runtime().shim(container.name()).isPresent() ? DEAD_TICKS_WITH_SHIM : DEAD_TICKS;
  }

  private void tell(Container container, int code) {
    if (container.tell() && !isCell(container.entry().placementId())) {
      Ended ended = container.ended(code);
      listeners.forEach(listener -> listener.accept(ended));
    }
    container.markOver();
  }

  private static int code(Path exit) {
    try {
      return Integer.parseInt(Files.readString(exit).strip());
    } catch (IOException | NumberFormatException e) {
      LOG.warn("the exit code in {} can't be read: {}", exit.getFileName(), e.getMessage());
      return -1;
    }
  }

  private Optional<Container> container(long placementId) {
    Placement placement = placements.get(placementId);
    @Nullable Container container = placement == null ? null : placement.container();
    return Optional.ofNullable(container);
  }

  @Override
  public Path log(long placementId, int incarnation) {
    return Removal.log(parts.layout(), Container.name(placementId, incarnation));
  }

  @Override
  public Optional<Output> output(long placementId) {
    return container(placementId)
        .filter(container -> !container.isOver())
        .flatMap(container ->
            parts
                .runtime()
                .shim(container.name())
                .flatMap(shim -> shim.written())
                .map(
                    written -> new Output(Removal.log(parts.layout(), container.name()), written)));
  }

  @Override
  public Optional<Usage> usage(long placementId) {
    return container(placementId)
        .filter(container -> !container.isOver())
        .map(container -> {
          var c = parts.cgroups().counters(container.cgroup());
          return new Usage(
              c.cpuMicros(),
              c.throttledMicros(),
              c.anonymousBytes(),
              c.sharedBytes(),
              c.activeFileBytes(),
              c.inactiveFileBytes(),
              c.kernelBytes(),
              c.pids(),
              container.memoryKills(),
              c.pidsLimitHits());
        });
  }

  /** What a check must know of this host. */
  public HostFacts facts() {
    var programs = List.of(parts.runtime().program(), parts.runtime().conmon());
    return new HostFacts(parts.settings(), parts.subnet(), parts.cgroups(), programs);
  }

  /** The images of this host, for who keeps them. */
  public ImageHost images() {
    return new ImageHost() {
      @Override
      public List<String> digests() throws IOException {
        return parts.images().digests();
      }

      @Override
      public void hold(String digest) throws IOException {
        parts.images().mounted(digest);
      }

      @Override
      public void forget(String digest) throws IOException {
        parts.images().forget(digest);
      }
    };
  }

  /** Takes over an image made on this host, and says its digest; a scheduler knows none of it. */
  public String addImage(Path image) throws IOException {
    return parts.images().add(image);
  }

  @Override
  public String runtimeName() {
    return parts.runtimeName();
  }

  @Override
  public Capacity capacity() {
    return capacity;
  }

  @Override
  public void close() {
    watch.close();
    parts.network().close();
    journal.close();
    parts.roots().close();
    parts.programs().close();
  }
}
