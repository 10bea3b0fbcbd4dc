package dev.berth.simulation.check;

import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.world.Violation;
import org.jspecify.annotations.Nullable;

/** Something that must always hold. Each is one named class; its name is in the report. */
public abstract class Invariant {
  private final Cluster cluster;

  protected Invariant(Cluster cluster) {
    this.cluster = cluster;
  }

  protected final Cluster cluster() {
    return cluster;
  }

  /** Told of each thing as it happens. */
  public void happened(Happening happening) {}

  /** Asked after every step in which anything happened, and each second. */
  public void look() {}

  /** Asked when faults have ended and everything must have come to rest. */
  public void atRest() {}

  public final String name() {
    return getClass().getSimpleName();
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation's library is used for nothing else
  protected final void require(boolean holds, String message, @Nullable Object... arguments) {
    if (!holds) {
      throw new Violation(name(), message.formatted(arguments));
    }
  }
}
