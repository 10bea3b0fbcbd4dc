package dev.berth.scheduler.blobs;

import dev.berth.scheduler.state.Digest;
import java.nio.file.Path;

/** One complete blob of the store. */
public record Blob(Digest digest, Path file, long bytes) {}
