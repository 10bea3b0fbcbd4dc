package dev.berth.scheduler.dispatch;

import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.wire.Refusing;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The streams of this process, term by term.
 *
 * <p>While this process does not lead there is no term and every stream is refused. Thread-safe.
 */
public final class Dispatch implements Leadership.Follower {
  private final String clusterId;
  private final Leadership leadership;
  private final Executor executor;
  private final InstantSource clock;
  private final AtomicLong connections = new AtomicLong();
  private volatile @Nullable Term term;

  public Dispatch(String clusterId, Leadership leadership, Executor executor, InstantSource clock) {
    this.clusterId = clusterId;
    this.leadership = leadership;
    this.executor = executor;
    this.clock = clock;
  }

  @Override
  public void began(Control control) {
    Term begun = new Term(clusterId, control, executor, clock);
    begun.start();
    term = begun;
  }

  @Override
  public void ended(Control control) {
    Term over = term;
    term = null;
    if (over != null) {
      over.close();
    }
  }

  /** Streams to agents at this moment. */
  public int agentStreams() {
    return term().map(Term::agents).orElse(0);
  }

  /** Streams to routers at this moment. */
  public int routerStreams() {
    return term().map(Term::routers).orElse(0);
  }

  /** Groups of instances with traffic in the last minutes. */
  public int signalGroups() {
    return term().map(it -> it.signals().groups()).orElse(0);
  }

  /** Requests that routers counted in this term and that are in no sum. */
  public long signalsLost() {
    return term().map(it -> it.signals().lost()).orElse(0L);
  }

  Optional<Term> term() {
    return Optional.ofNullable(term);
  }

  /** Increases with every stream, across terms. */
  long nextConnection() {
    return connections.incrementAndGet();
  }

  /** The term, or the refusal of the stream. */
  Term require() {
    return term().orElseThrow(() -> Refusing.notLeading(leadership.leaderAddress()));
  }
}
