package dev.berth.scheduler.state;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a node's tries of its own defences have come to: which required checks fail, by name.
 *
 * <p>{@code tried} are the checks of the newest run; a full run tried all that there are.
 */
public record NodeVerification(Instant at, boolean full, List<String> tried, List<String> failed) {
  public NodeVerification {
    tried = List.copyOf(tried);
    failed = List.copyOf(failed);
    if (tried.isEmpty()) {
      throw new IllegalArgumentException("a verification tries at least 1 check, not 0");
    }
  }

  public boolean passed() {
    return failed.isEmpty();
  }

  /**
   * What stands after an agent's hello: an agent that has not tried again yet, as after its
   * restart, undoes what had passed, but not what had failed.
   */
  public static @Nullable NodeVerification greeting(
      @Nullable NodeVerification before, @Nullable NodeVerification shown) {
    if (shown == null) {
      return before == null || before.passed() ? null : before;
    }
    return before == null ? shown : shown.after(before);
  }

  /** A check that failed stays failed until it is tried again: the short form leaves many out. */
  public NodeVerification after(NodeVerification before) {
    if (full) {
      return this;
    }
    Set<String> standing = new TreeSet<>(before.failed());
    tried.forEach(standing::remove);
    standing.addAll(failed);
    return new NodeVerification(at, false, tried, List.copyOf(standing));
  }
}
