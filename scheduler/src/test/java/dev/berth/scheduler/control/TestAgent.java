package dev.berth.scheduler.control;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Exit;
import dev.berth.scheduler.state.Hello;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodeImages;
import dev.berth.scheduler.state.NodeVerification;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/** An agent that does at once what it is told, unless it is silent or its instances are broken. */
public final class TestAgent {
  private final NodeId id;
  private final Capacity capacity;
  private final Map<PlacementId, PlacementReport> reports = new TreeMap<>();
  private final List<PlacementReport> unsent = new ArrayList<>();
  private Predicate<Placement> isBroken = _ -> false;
  private long connection;
  private int releaseCode;
  private int starting;
  private boolean isSilent;
  private int lastAddress;
  private @Nullable NodeVerification verification;
  private NodeImages images = new NodeImages(Set.of(), "");

  TestAgent(NodeId id, Capacity capacity) {
    this.id = id;
    this.capacity = capacity;
    this.verification = found(Instant.EPOCH, true);
  }

  public NodeId id() {
    return id;
  }

  public Map<PlacementId, PlacementReport> reports() {
    return reports;
  }

  void connection(long number) {
    connection = number;
    isSilent = false;
  }

  long connection() {
    return connection;
  }

  /** Its host is gone as far as the scheduler can tell; its instances run on. */
  public void fallSilent() {
    isSilent = true;
  }

  /** Instances of this release end as soon as they start. */
  public void breakRelease(int release) {
    breakThose(placement -> placement.wanted().release() == release);
  }

  /** Release commands end with this from now on; with a negative one they do not end. */
  public void releasesEndWith(int code) {
    releaseCode = code;
  }

  /** Instances of this release run but never become healthy. */
  public void staysStarting(int release) {
    starting = release;
  }

  /** And all these. */
  public void breakThose(Predicate<Placement> broken) {
    isBroken = isBroken.or(broken);
  }

  /** The host restarts: nothing is left of what ran. */
  public void loseEverything() {
    reports.clear();
  }

  public void crash(PlacementId placement, Instant now) {
    PlacementReport before = Objects.requireNonNull(reports.get(placement));
    say(
        new PlacementReport(
            placement, before.incarnation(), new Phase.Backoff(now.plusSeconds(1)), null, now));
  }

  /** It has started anew and is still trying its node's defences. */
  public void forgetsVerification() {
    verification = null;
  }

  /** A run of three checks, or of the first alone, with these failed. */
  Event verifies(Instant now, boolean full, String... failed) {
    NodeVerification found = found(now, full, failed);
    verification = found;
    return new Event.AgentVerified(id, connection, found);
  }

  private static NodeVerification found(Instant at, boolean full, String... failed) {
    List<String> tried =
        full ? List.of("no-capabilities", "seccomp", "escape") : List.of("no-capabilities");
    return new NodeVerification(at, full, tried, List.of(failed));
  }

  Event hello() {
    var node = new KnownNode(id, capacity, "x86_64", TreePMap.empty(), "1", "crun", "boot-" + id);
    return new Event.AgentConnected(
        connection, new Hello(node, 0, List.copyOf(reports.values()), verification));
  }

  void obey(Collection<Placement> placements, Instant now) {
    if (isSilent) {
      return;
    }
    var known = new TreeSet<PlacementId>();
    for (Placement placement : placements) {
      known.add(placement.id());
      if (placement.intent() == Placement.Intent.STOPPING) {
        stop(placement, now);
      } else {
        run(placement, now);
      }
    }
    reports.keySet().retainAll(known);
  }

  private void stop(Placement placement, Instant now) {
    PlacementReport before = reports.get(placement.id());
    if (before == null || !before.isStopped()) {
      say(new PlacementReport(placement.id(), 1, new Phase.Stopped(), null, now));
    }
  }

  private void run(Placement placement, Instant now) {
    PlacementReport before = reports.get(placement.id());
    if (placement.instance().type().name().equals(ProcessType.RELEASE)) {
      release(placement, before, now);
      return;
    }
    if (placement.instance().type().isShadow() && isBroken.test(placement)) {
      if (before == null) {
        var exit =
            new Exit(Exit.Cause.PROCESS_EXITED, 1, now, "exited with code 1; no libssl.so.3");
        say(new PlacementReport(placement.id(), 1, new Phase.Stopped(), exit, now));
      }
      return;
    }
    int incarnation = before == null ? 1 : before.incarnation() + 1;
    if (isBroken.test(placement)) {
      if (incarnation < 6) {
        say(
            new PlacementReport(
                placement.id(), incarnation, new Phase.Backoff(now.plusSeconds(1)), null, now));
      }
    } else if (placement.wanted().release() == starting) {
      if (before == null) {
        say(
            new PlacementReport(
                placement.id(), 1, new Phase.Starting("10.88.0.9", 5000), null, now));
      }
    } else if (before == null || before.phase() instanceof Phase.Backoff) {
      var running = new Phase.Running("10.88.0." + ++lastAddress, 5000);
      say(new PlacementReport(placement.id(), incarnation, running, null, now));
    }
  }

  /** It runs on, and is healthy no more. */
  public void fallsIll(PlacementId placement, Instant now) {
    PlacementReport before = reports.get(placement);
    int incarnation = before == null ? 1 : before.incarnation();
    say(
        new PlacementReport(
            placement, incarnation, new Phase.Starting("10.88.0.9", 5000), null, now));
  }

  private void release(Placement placement, @Nullable PlacementReport before, Instant now) {
    if (before == null) {
      say(new PlacementReport(placement.id(), 1, new Phase.Running("10.88.0.9", 5000), null, now));
    } else if (before.isRunning() && releaseCode >= 0) {
      var exit = new Exit(Exit.Cause.PROCESS_EXITED, releaseCode, now, "ended with " + releaseCode);
      say(new PlacementReport(placement.id(), 1, new Phase.Stopped(), exit, now));
    }
  }

  private void say(PlacementReport report) {
    reports.put(report.id(), report);
    unsent.add(report);
  }

  /** It has these images, and says so; and again with each hello. */
  Event holds(String problem, Digest... held) {
    images = new NodeImages(Set.of(held), problem);
    return images();
  }

  Event images() {
    return new Event.AgentImages(id, connection, images);
  }

  Optional<Event> news() {
    if (isSilent || connection == 0) {
      return Optional.empty();
    }
    var status = new Event.AgentStatus(id, connection, unsent, List.of());
    unsent.clear();
    return Optional.of(status);
  }
}
