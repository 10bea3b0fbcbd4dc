package dev.berth.agent.link;

import dev.berth.agent.control.AgentLoop;
import dev.berth.agent.keep.ImageHolding;
import dev.berth.agent.logs.LogReading;
import dev.berth.agent.verify.Standing;
import dev.berth.agent.verify.VerificationRounds;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.AgentLinkGrpc;
import dev.berth.proto.v1.LogsWanted;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a stream to the scheduler, for ever.
 *
 * <p>Goes to the scheduler that leads, by the others' word or round the list. A stream that is lost
 * is dialled again after a short, spread wait; nothing on the node changes meanwhile. Runs on its
 * own virtual thread; instead of being started it can be turned, by one thread at a time, as the
 * simulation does.
 */
public final class SchedulerLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SchedulerLink.class);
  private static final Duration BEAT = Duration.ofSeconds(3);

  private final Schedulers schedulers;
  private final Fence fence;
  private final NodeFacts facts;
  private final AgentLoop loop;
  private final LogReading logs;
  private final Desks desks;
  private final Redial redial;
  private final Thread thread;
  private volatile @Nullable LinkSession current;
  private Duration spread = Duration.ZERO; // belongs to whoever takes the turns

  /** Who answers what the scheduler asks beside orders. */
  public record Desks(LogReading logs, Standing rounds, ImageHolding images) {}

  public SchedulerLink(
      Fence fence, NodeFacts facts, AgentLoop loop, Desks desks, RandomGenerator random) {
    this.fence = fence;
    this.schedulers = fence.schedulers();
    this.facts = facts;
    this.loop = loop;
    this.logs = desks.logs();
    this.desks = desks;
    desks.rounds().onChange(this::verified);
    desks.images().onChange(this::holds);
    this.redial = new Redial(random);
    this.thread = Thread.ofVirtual().name("scheduler-link").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        Duration wait = turn();
        LinkSession session = current;
        if (session == null) {
          Thread.sleep(wait);
        } else {
          var _ = session.awaitEnd(wait);
        }
      }
    } catch (InterruptedException closed) {
      LinkSession session = current;
      if (session != null) {
        session.refuse("the agent is closing");
      }
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Dials, beats, or leaves a stream that is over. Says when the next turn is due; it is due at
   * once when {@link #hasEnded}.
   */
  public Duration turn() {
    LinkSession session = current;
    if (session == null) {
      connect();
      return BEAT;
    }
    if (!session.isOver()) {
      session.beat();
      return BEAT;
    }
    current = null;
    logs.closeAll();
    if (session.wasWelcomed()) {
      redial.reset();
      spread = session.redialWithin();
      LOG.warn("the link to the scheduler was lost: {}", session.end());
      // If its machine is gone, to ask it again would take seconds; another knows who leads.
      boolean _ = schedulers.moveOn(session.failure());
      return redial.next(spread);
    }
    LOG.debug("no leader at {}: {}", schedulers.address(), session.end());
    return schedulers.moveOn(session.failure())
        ? Duration.ZERO
        : redial.next(spread.dividedBy(Redial.CALLS_WITHIN));
  }

  /** Whether the stream that was dialled last has come to its end since. */
  public boolean hasEnded() {
    LinkSession session = current;
    return session != null && session.isOver();
  }

  private void connect() {
    ManagedChannel channel = schedulers.channel();
    var session = new LinkSession(facts, loop, readers(channel), desks, fence);
    current = session;
    channel.resetConnectBackoff(); // its own waits grow to minutes; ours are the ones that count
    AgentLinkGrpc.newStub(channel).connect(session);
  }

  private void verified(VerificationRounds.Result standing) {
    LinkSession session = current;
    if (session != null) {
      var _ = session.verified(0, standing); // one that is over is followed by a hello
    }
  }

  private void holds(ImageHolding.Held held) {
    LinkSession session = current;
    if (session != null) {
      session.holds(held); // one that is over is followed by a hello
    }
  }

  /** Cpu that instances used lately, in thousandths of one; lost while nobody listens. */
  public void used(Map<Long, Integer> cpuMillis) {
    LinkSession session = current;
    if (session != null) {
      session.used(cpuMillis);
    }
  }

  private LinkSession.LogReaders readers(ManagedChannel channel) {
    return new LinkSession.LogReaders() {
      @Override
      public void open(LogsWanted wanted) {
        logs.open(wanted, GrpcLogSink.open(channel));
      }

      @Override
      public void close(long stream) {
        logs.close(stream);
      }
    };
  }
}
