package dev.berth.scheduler.collect;

import dev.berth.scheduler.blobs.Blob;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.garbage.Garbage;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets what nothing needs, and then deletes the blobs that nothing names.
 *
 * <p>A blob goes only if no committed release or base version names it and nobody has brought or
 * looked for it for the grace time: what is being uploaded, or is about to be deployed, is fresh.
 * Only the leader collects, once an hour by itself. Thread-safe; one collection at a time.
 */
public final class Collector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Collector.class);
  private static final Duration EVERY = Duration.ofHours(1);

  private final Leadership leadership;
  private final BlobStore blobs;
  private final Duration grace;
  private final Thread thread;
  private final ReentrantLock collecting = new ReentrantLock();
  private final AtomicLong blobsRemoved = new AtomicLong();
  private final AtomicLong bytesRemoved = new AtomicLong();

  /** What was taken away, or would be. */
  public record Findings(Garbage garbage, List<Blob> blobs) {
    public Findings {
      blobs = List.copyOf(blobs);
    }

    public long bytes() {
      return blobs.stream().mapToLong(Blob::bytes).sum();
    }
  }

  /** What became of the wish to collect; without an acceptance nothing was taken away. */
  public record Collected(Outcome outcome, Findings findings) {}

  public Collector(Leadership leadership, BlobStore blobs, Duration grace) {
    this.leadership = leadership;
    this.blobs = blobs;
    this.grace = grace;
    this.thread = Thread.ofVirtual().name("collector").unstarted(this::run);
  }

  /** Collects every hour while this process leads. */
  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  public long blobsRemoved() {
    return blobsRemoved.get();
  }

  public long bytesRemoved() {
    return bytesRemoved.get();
  }

  /** Changes nothing. */
  public Findings plan(Snapshot snapshot) throws IOException {
    Garbage garbage = Garbage.of(snapshot.state());
    return new Findings(garbage, unnamed(garbage.named(snapshot.state()), cutoff()));
  }

  /** Blocks until it is done. */
  public Collected collect(Control control, Caller caller, Mutation mutation) throws IOException {
    collecting.lock();
    try {
      FileTime cutoff = cutoff(); // before the look: who comes later is fresh
      Garbage garbage = Garbage.of(control.snapshot().state());
      Outcome outcome = control.submit(new Command.CollectGarbage(), caller, mutation).join();
      return new Collected(
          outcome,
          outcome instanceof Outcome.Accepted
              ? new Findings(garbage, removed(control, cutoff))
              : new Findings(Garbage.NONE, List.of()));
    } finally {
      collecting.unlock();
    }
  }

  private List<Blob> removed(Control control, FileTime cutoff) throws IOException {
    List<Blob> removed = new ArrayList<>();
    for (Blob blob : unnamed(Garbage.NONE.named(control.snapshot().state()), cutoff)) {
      if (leadership.leading().filter(control::equals).isPresent() && blobs.remove(blob, cutoff)) {
        removed.add(blob);
        blobsRemoved.incrementAndGet();
        bytesRemoved.addAndGet(blob.bytes());
        log.info("blob {} of {} bytes was removed; nothing names it", blob.digest(), blob.bytes());
      }
    }
    return removed;
  }

  private FileTime cutoff() throws IOException {
    return FileTime.from(blobs.now().toInstant().minus(grace));
  }

  private List<Blob> unnamed(Set<Digest> named, FileTime cutoff) throws IOException {
    return blobs.before(cutoff).stream().filter(blob -> !named.contains(blob.digest())).toList();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        leadership.leading().ifPresent(this::collectQuietly);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void collectQuietly(Control control) {
    try {
      var _ = collect(control, new Caller.Operator(), Mutation.NONE);
    } catch (IOException failure) {
      log.warn("garbage could not be collected: {}", failure.toString());
    }
  }
}
