package dev.berth.scheduler.wire;

import dev.berth.proto.v1.CheckFinding;
import dev.berth.proto.v1.NodeEvent;
import dev.berth.proto.v1.PlacementStatus;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Exit;
import dev.berth.scheduler.state.Hello;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodeImages;
import dev.berth.scheduler.state.NodeReport;
import dev.berth.scheduler.state.NodeVerification;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.PlacementReport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * What agents say, as our own records. Pure.
 *
 * <p>A message that breaks the contract is an {@link IllegalArgumentException}; the stream that
 * brought it ends.
 */
public final class AgentMessages {
  private static final int MAX_FINDINGS = 1000;
  private static final Pattern CHECK_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,59}");

  private AgentMessages() {}

  public static Hello hello(dev.berth.proto.v1.Hello hello) {
    KnownNode node =
        new KnownNode(
            new NodeId(hello.getNode()),
            Values.capacity(hello.getCapacity()),
            hello.getArch(),
            TreePMap.from(hello.getLabelsMap()),
            hello.getAgentVersion(),
            hello.getRuntime(),
            hello.getBootId());
    return new Hello(
        node,
        hello.getEpochSeen(),
        reports(hello.getPlacementsList()),
        hello.hasVerification() ? verification(hello.getVerification()) : null);
  }

  /** A run that tried nothing required shows nothing, and is no verification. */
  public static NodeVerification verification(VerificationReport report) {
    if (report.getFindingsCount() > MAX_FINDINGS) {
      throw new IllegalArgumentException(
          "a verification has at most %d findings, not %d"
              .formatted(MAX_FINDINGS, report.getFindingsCount()));
    }
    List<String> tried = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    for (CheckFinding finding : report.getFindingsList()) {
      if (!CHECK_NAME.matcher(finding.getName()).matches()) {
        throw new IllegalArgumentException("a check's name is not valid: " + finding.getName());
      }
      if (finding.getRequired()) {
        tried.add(finding.getName());
        if (!finding.getPassed()) {
          failed.add(finding.getName());
        }
      }
    }
    return new NodeVerification(Values.time(report.getAt()), report.getFull(), tried, failed);
  }

  public static NodeImages images(List<String> digests, String problem) {
    Set<Digest> held = new HashSet<>();
    digests.forEach(digest -> held.add(new Digest(digest)));
    return new NodeImages(held, Names.printable(problem));
  }

  public static List<PlacementReport> reports(List<PlacementStatus> statuses) {
    List<PlacementReport> reports = new ArrayList<>(statuses.size());
    for (PlacementStatus status : statuses) {
      phase(status)
          .ifPresent(phase ->
              reports.add(
                  new PlacementReport(
                      new PlacementId(status.getPlacementId()),
                      status.getIncarnation(),
                      phase,
                      exit(status),
                      Values.time(status.getSince()))));
    }
    return reports;
  }

  public static List<NodeReport> events(List<NodeEvent> events) {
    List<NodeReport> reports = new ArrayList<>(events.size());
    for (NodeEvent event : events) {
      PlacementId placement =
          event.getPlacementId() == 0 ? null : new PlacementId(event.getPlacementId());
      reports.add(
          new NodeReport(
              Values.time(event.getAt()),
              event.getKind(),
              placement,
              event.getIncarnation(),
              event.getMessage()));
    }
    return reports;
  }

  /** Nothing for a phase that this version does not know: its old report then stands. */
  private static Optional<Phase> phase(PlacementStatus status) {
    return switch (status.getPhaseCase()) {
      case PREPARING -> Optional.of(new Phase.Preparing());
      case STARTING ->
          Optional.of(
              new Phase.Starting(
                  status.getStarting().getAddress(), status.getStarting().getPort()));
      case RUNNING ->
          Optional.of(
              new Phase.Running(status.getRunning().getAddress(), status.getRunning().getPort()));
      case BACKOFF ->
          Optional.of(new Phase.Backoff(Values.time(status.getBackoff().getNextStartAt())));
      case STOPPING -> Optional.of(new Phase.Stopping());
      case STOPPED -> Optional.of(new Phase.Stopped());
      case PHASE_NOT_SET -> Optional.empty();
    };
  }

  private static @Nullable Exit exit(PlacementStatus status) {
    return status.hasLastExit() ? Values.exit(status.getLastExit()) : null;
  }
}
