package dev.berth.simulation.network;

import dev.berth.simulation.world.SimProcess;
import io.grpc.ServerMethodDefinition;
import org.jspecify.annotations.Nullable;

/** A process that answers calls. */
public interface SimServer {
  SimProcess process();

  /** Null when the process does not serve it. */
  @Nullable ServerMethodDefinition<?, ?> method(String fullName);
}
