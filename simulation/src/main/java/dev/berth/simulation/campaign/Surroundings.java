package dev.berth.simulation.campaign;

import dev.berth.simulation.world.World;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What nodes and the router share; {@code crews} by TENANT/APP/TYPE. */
record Surroundings(
    World world, RandomGenerator random, Scheduler scheduler, Map<String, Crew> crews) {
  Crew crew(String name) {
    Crew crew = crews.get(name);
    if (crew == null) {
      throw new IllegalStateException("nobody knows " + name);
    }
    return crew;
  }

  long micros(long least, long most) {
    return random.nextLong(least, most);
  }
}
