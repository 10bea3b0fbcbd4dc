package dev.berth.agent.runtime;

import java.io.IOException;
import java.nio.file.Path;

/** Where images come from. Supplied by the link to the scheduler. Thread-safe. */
@FunctionalInterface
public interface BlobSource {
  /** Writes the whole blob to {@code target}, a new file. Its hash is checked by the caller. */
  void fetch(String digest, Path target) throws IOException;
}
