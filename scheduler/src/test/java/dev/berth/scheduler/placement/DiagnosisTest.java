package dev.berth.scheduler.placement;

import static dev.berth.scheduler.placement.Nodes.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosisTest {
  private static final Capacity ONE_LARGE = new Capacity(1024, 1000, 1024, 4096, 10);

  private final Nodes nodes = new Nodes();

  @Test
  void everyNodeTellsEveryRuleThatItBreaksAndByHowMuch() {
    nodes.with("a", new Capacity(1000, 10, 1024, 4096, 10), "disk=slow").with("b", ONE_LARGE);
    wants(new Demands(List.of(Requirement.of("disk=fast")), false, Priority.NORMAL));

    Diagnosis diagnosis = diagnose(Sizes.LARGE);

    assertThat(diagnosis.byNode().get(new NodeId("a")))
        .containsExactly(
            new NodeRefusal(new NodeId("a"), Rule.LABELS, 0),
            new NodeRefusal(new NodeId("a"), Rule.MEMORY, 24),
            new NodeRefusal(new NodeId("a"), Rule.CPU, 300));
    assertThat(diagnosis.byNode().get(new NodeId("b")))
        .containsExactly(new NodeRefusal(new NodeId("b"), Rule.LABELS, 0));
    assertThat(diagnosis.remedies())
        .first()
        .isEqualTo(new Remedy.Relax(List.of(Requirement.of("disk=fast"))));
  }

  @Test
  void aClosedNodeThatHasRoomIsTheCheapestRemedy() {
    nodes.with("a", ONE_LARGE);
    nodes.put(Nodes.node("a", ONE_LARGE).with(NodePolicy.NONE.cordoned(true)));

    assertThat(diagnose(Sizes.SMALL).remedies())
        .first()
        .isEqualTo(new Remedy.Open(new NodeId("a"), Rule.CORDONED));
  }

  @Test
  void theLargestSizeThatFitsIsNamedAndTheLeastThatMustBeFreed() {
    nodes.with("a", ONE_LARGE).with("b", ONE_LARGE);
    nodes.place(WEB, 1, "a", Sizes.MEDIUM);
    nodes.place(WEB, 2, "b", Sizes.SMALL);

    assertThat(diagnose(Sizes.LARGE).remedies())
        .startsWith(
            new Remedy.Resize(Sizes.MEDIUM),
            new Remedy.Free(new NodeId("b"), new Capacity(256, 0, 256, 1024, 0)));
  }

  @Test
  void theRemedyOfFreeingRoomPlacesTheInstance() {
    nodes.with("a", ONE_LARGE);
    var other = nodes.place(WEB, 1, "a", Sizes.SMALL);
    assertThat(nodes.ask(WEB, Nodes.need(Sizes.LARGE), 1).placed()).isZero();

    nodes.remove(other);

    assertThat(diagnose(Sizes.LARGE).fits()).isTrue();
    assertThat(nodes.ask(WEB, Nodes.need(Sizes.LARGE), 1).placed()).isEqualTo(1);
  }

  @Test
  void withAntiAffinitySharingANodeIsARemedy() {
    nodes.with("a", ONE_LARGE).place(WEB, 1, "a", Sizes.NANO);
    wants(new Demands(List.of(), true, Priority.NORMAL));

    assertThat(diagnose(Sizes.NANO).remedies())
        .containsExactly(
            new Remedy.Share(), new Remedy.Join("default", Sizes.NANO.booked(), List.of()));
  }

  @Test
  void withoutNodesOneMustJoin() {
    assertThat(diagnose(Sizes.NANO).remedies())
        .containsExactly(new Remedy.Join("default", Sizes.NANO.booked(), List.of()));
  }

  private void wants(Demands demands) {
    App app = App.create(WEB.app(), "shop.localhost", "debian-12", Instant.EPOCH);
    Formation formation = new Formation(1, "small", demands);
    nodes.state = nodes.state.after(new Change.PutApp(app.withFormation(WEB.name(), formation)));
  }

  private Diagnosis diagnose(Size size) {
    return Diagnosis.of(new Diagnosis.Question(nodes.state, nodes.actual, Nodes.POOLS, WEB, size));
  }
}
