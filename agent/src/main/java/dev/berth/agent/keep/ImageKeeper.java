package dev.berth.agent.keep;

import dev.berth.agent.control.NodeView;
import dev.berth.agent.order.Order;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the images that the scheduler wants held, one at a time, and takes those away that nobody
 * has needed for a while.
 *
 * <p>Never takes away what an order or the scheduler's list names, nor anything before the
 * scheduler has ever spoken. A fetch that fails is tried again. Thread-safe; works on a virtual
 * thread of its own.
 */
public final class ImageKeeper implements ImageHolding, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageKeeper.class);
  private static final Duration RETRY = Duration.ofSeconds(15);
  static final int MOST_WANTED = 1_000;

  private final ImageHost host;
  private final Supplier<NodeView> view;
  private final InstantSource clock;
  private final Duration keep;
  private final Duration look;
  private final Map<String, Instant> neededLast = new HashMap<>(); // the thread's own
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile Set<String> wanted = Set.of();
  private volatile Held held = new Held(List.of(), "");
  private volatile Consumer<Held> heard = _ -> {};
  private final AtomicLong takenAway = new AtomicLong();

  /** An image that has not been needed for {@code keep} goes, up to a sixth of that later. */
  public ImageKeeper(ImageHost host, Supplier<NodeView> view, InstantSource clock, Duration keep) {
    this.host = host;
    this.view = view;
    this.clock = clock;
    this.keep = keep;
    this.look = keep.dividedBy(6);
    this.thread = Thread.ofVirtual().name("image-keeper").unstarted(this::run);
  }

  public void start() {
    tell("");
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  @Override
  public void onChange(Consumer<Held> hearing) {
    heard = hearing;
  }

  @Override
  public Held held() {
    return held;
  }

  @Override
  public void want(List<String> digests) {
    if (digests.size() > MOST_WANTED) {
      LOG.warn("{} images are wanted, {} are held at most", digests.size(), MOST_WANTED);
    }
    wanted = Set.copyOf(digests.subList(0, Math.min(digests.size(), MOST_WANTED)));
    wake.release();
  }

  /** Images taken away since the start. */
  public long takenAway() {
    return takenAway.get();
  }

  private void run() {
    try {
      while (true) {
        boolean isWhole = holdWanted();
        takeAway();
        Duration wait = isWhole || RETRY.compareTo(look) > 0 ? look : RETRY;
        var _ = wake.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS);
        wake.drainPermits();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** False if something is to be tried again soon. */
  private boolean holdWanted() throws InterruptedException {
    String problem = "";
    for (String digest : wanted.stream().sorted().toList()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (wanted.contains(digest)) { // as of now
        try {
          host.hold(digest);
        } catch (IOException failure) {
          problem = String.valueOf(failure.getMessage());
          LOG.warn("an image could not be fetched ahead: {}", problem);
        }
        tell(problem);
      }
    }
    tell(problem);
    return problem.isEmpty();
  }

  private void takeAway() {
    NodeView seen = view.get();
    if (!seen.orders().known()) {
      return;
    }
    Instant now = clock.instant();
    Set<String> needed = new HashSet<>(wanted);
    for (Order order : seen.orders().byId().values()) {
      needed.add(order.spec().baseDigest());
      needed.add(order.spec().slugDigest());
    }
    neededLast.keySet().retainAll(held.digests());
    for (String digest : held.digests()) {
      Instant last = neededLast.merge(digest, now, (a, b) -> needed.contains(digest) ? b : a);
      if (!needed.contains(digest) && !now.isBefore(last.plus(keep))) {
        try {
          host.forget(digest);
          takenAway.incrementAndGet();
          LOG.info("image {} was taken away; nobody needed it for {}", digest, keep);
        } catch (IOException failure) {
          LOG.warn("image {} could not be taken away: {}", digest, failure.toString());
        }
      }
    }
    tell(held.problem());
  }

  private void tell(String problem) {
    try {
      Held now = new Held(host.digests(), problem);
      if (!now.equals(held)) {
        held = now;
        heard.accept(now);
      }
    } catch (IOException unreadable) {
      LOG.warn("the node's images cannot be listed: {}", unreadable.toString());
    }
  }
}
