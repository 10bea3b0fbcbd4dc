package dev.berth.agent.verify;

import java.io.IOException;

/** Runs the list of checks on this node. Blocks until it is through; thread-safe. */
@FunctionalInterface
public interface NodeVerifier {
  /**
   * Looks once.
   *
   * @param full every check; else those that together take less than two seconds
   */
  Verification verify(boolean full) throws IOException;
}
