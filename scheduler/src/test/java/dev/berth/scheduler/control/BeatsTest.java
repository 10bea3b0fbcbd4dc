package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BeatsTest {
  private static final NodeId ONE = new NodeId("node-1");
  private static final NodeId TWO = new NodeId("node-2");

  private final Beats beats = new Beats();

  @Test
  void theNewestBeatOfEachIsKeptInTheOrderOfTheirNames() {
    beats.offer(new Event.RouterBeat("router-1", 3));
    beats.offer(new Event.AgentBeat(TWO, 2));
    beats.offer(new Event.AgentBeat(ONE, 1));
    beats.offer(new Event.AgentBeat(ONE, 4));

    assertThat(drained())
        .containsExactly(
            new Input.News(new Event.AgentBeat(ONE, 4)),
            new Input.News(new Event.AgentBeat(TWO, 2)),
            new Input.News(new Event.RouterBeat("router-1", 3)));
    assertThat(drained()).isEmpty();
  }

  @Test
  void whatIsNewsDoesNotWaitWithThem() {
    assertThat(beats.offer(new Event.AgentDisconnected(ONE, 1))).isFalse();
    assertThat(beats.offer(new Event.RouterAcknowledged("router-1", 1, 1, 1))).isFalse();
    assertThat(drained()).isEmpty();
  }

  private List<Input> drained() {
    List<Input> inputs = new ArrayList<>();
    beats.drainTo(inputs);
    return inputs;
  }
}
