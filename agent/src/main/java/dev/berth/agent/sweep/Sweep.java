package dev.berth.agent.sweep;

import dev.berth.agent.runtime.HostSettings;
import java.util.List;

/**
 * Leaves nothing of a node behind on its host.
 *
 * <p>Works when everything is half made and may be repeated. The node's agent must not run.
 */
public final class Sweep {
  private Sweep() {}

  /** Returns what could not be removed, in plain words; empty when the host is clean. */
  public static List<String> run(HostSettings settings) {
    return List.of("nothing is swept yet below " + settings.stateDirectory());
  }
}
