package dev.berth.scheduler.control;

import dev.berth.scheduler.state.Event;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Beats of agents and routers that wait for the next pass.
 *
 * <p>They wake nobody: the loop makes a pass at least once a second, and ten thousand agents would
 * else make thousands that do nothing. Of each agent and router only the newest is kept. Drained in
 * the order of their names. Thread-safe.
 */
final class Beats {
  private final ConcurrentNavigableMap<String, Event> waiting = new ConcurrentSkipListMap<>();

  /** False for what is no beat. */
  boolean offer(Event event) {
    switch (event) {
      case Event.AgentBeat beat -> waiting.put("agent:" + beat.node(), beat);
      case Event.RouterBeat beat -> waiting.put("router:" + beat.router(), beat);
      case Event.AgentConnected _,
          Event.AgentStatus _,
          Event.AgentVerified _,
          Event.AgentImages _,
          Event.AgentDisconnected _,
          Event.RouterConnected _,
          Event.RouterAcknowledged _,
          Event.SignalsTold _,
          Event.MoveJudged _,
          Event.QueueRead _,
          Event.CpuUsed _,
          Event.RouterDisconnected _ -> {
        return false;
      }
    }
    return true;
  }

  void drainTo(Collection<? super Input> inputs) {
    for (Map.Entry<String, Event> first = waiting.pollFirstEntry();
        first != null;
        first = waiting.pollFirstEntry()) {
      inputs.add(new Input.News(first.getValue()));
    }
  }
}
