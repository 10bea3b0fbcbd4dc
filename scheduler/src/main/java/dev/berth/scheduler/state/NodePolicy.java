package dev.berth.scheduler.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/** What operators have said of a node; its agent does not know it. {@code drain} null for none. */
public record NodePolicy(
    TreePMap<String, String> labels, boolean isCordoned, @Nullable Drain drain) {
  public static final NodePolicy NONE = new NodePolicy(TreePMap.empty(), false, null);

  /**
   * All that runs there is to go elsewhere.
   *
   * @param deadline when what is left is stopped, replaced or not; null for never
   */
  public record Drain(Instant since, @Nullable Instant deadline, String reason) {
    public boolean isOver(Instant now) {
      return deadline != null && !now.isBefore(deadline);
    }
  }

  public NodePolicy withLabels(TreePMap<String, String> other) {
    return new NodePolicy(other, isCordoned, drain);
  }

  public NodePolicy cordoned(boolean cordoned) {
    return new NodePolicy(labels, cordoned, drain);
  }

  public NodePolicy draining(@Nullable Drain other) {
    return new NodePolicy(labels, isCordoned, other);
  }

  public boolean isDraining() {
    return drain != null;
  }

  /** Whether the node may get new instances, as far as operators are concerned. */
  public boolean takesNew() {
    return !isCordoned && drain == null;
  }
}
