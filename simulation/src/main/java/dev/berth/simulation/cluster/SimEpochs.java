package dev.berth.simulation.cluster;

import dev.berth.leader.Epochs;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** The highest epoch seen on a machine, on its disk. Confined to the world's thread. */
public final class SimEpochs implements Epochs {
  private final BooleanSupplier isUnwritable;
  private long seen;

  SimEpochs(BooleanSupplier isUnwritable) {
    this.isUnwritable = isUnwritable;
  }

  @Override
  public long seen() {
    return seen;
  }

  @Override
  public boolean admit(long epoch) throws IOException {
    if (epoch > seen) {
      if (isUnwritable.getAsBoolean()) {
        throw new IOException("the disk is full");
      }
      seen = epoch;
    }
    return epoch == seen;
  }
}
