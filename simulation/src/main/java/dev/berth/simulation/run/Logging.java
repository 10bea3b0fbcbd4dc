package dev.berth.simulation.run;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** The programs' own logs, which nobody can read at this speed. */
public final class Logging {
  private Logging() {}

  /** What matters is in the world's own trace. */
  public static void off() {
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.OFF);
    }
  }
}
