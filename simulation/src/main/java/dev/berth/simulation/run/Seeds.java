package dev.berth.simulation.run;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.simulation.cluster.SimScheduler;
import dev.berth.simulation.schedule.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Runs one seed after the other, each with the plan that follows from it. */
public final class Seeds implements AutoCloseable {
  private final Duration length;
  private final Path directory;
  private final BlobStore blobs;

  public Seeds(Duration length) throws IOException {
    this.length = length;
    this.directory = Files.createTempDirectory("berth-simulate");
    this.blobs = BlobStore.open(directory);
    Logging.off();
  }

  public Run.Result run(long seed) {
    return run(seed, Plan.of(seed, length));
  }

  public Run.Result run(long seed, Plan plan) {
    return new Run(seed, plan, blobs, SimScheduler.Parts.PRODUCTION).make();
  }

  /** Nodes come and go all the time, and nothing else fails. */
  public Run.Result tide(long seed) {
    return new Run(
            seed, new Plan(List.of(), 0), blobs, SimScheduler.Parts.PRODUCTION, new Tide(length))
        .make();
  }

  /**
   * Which seed of so many breaks what first: "17 SomeInvariant: why"; empty when none does. In
   * plain words, for those who run it under another class loader.
   */
  public static String firstViolation(long first, int seeds, long seconds) throws IOException {
    try (var all = new Seeds(Duration.ofSeconds(seconds))) {
      for (long seed = first; seed < first + seeds; seed++) {
        Run.Result result = all.run(seed);
        if (result.violation().isPresent()) {
          return seed + " " + result.violation().get().getMessage();
        }
      }
      return "";
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException left) {
      throw new UncheckedIOException("the scratch directory cannot be removed", left);
    }
  }
}
