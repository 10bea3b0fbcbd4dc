package dev.berth.agent.control;

import dev.berth.agent.order.Order;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Cause;
import dev.berth.agent.reconcile.Report;
import dev.berth.agent.reconcile.Step;
import dev.berth.agent.runtime.ContainerPlan;
import dev.berth.agent.runtime.HostException;
import dev.berth.agent.runtime.InstanceHost;
import dev.berth.agent.runtime.Launched;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the host on virtual threads.
 *
 * <p>At most so many containers are made at a time, first come first served; images are fetched
 * outside of that bound, so that a slow one holds nobody up. Taking away is tried until it
 * succeeds. Thread-safe.
 */
public final class HostJobs implements HostWork, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostJobs.class);
  private static final Report CLOSING =
      new Report.StartFailed(Cause.START_FAILED, "the agent is closing");
  private static final Duration LONGEST_CLOSING = Duration.ofSeconds(10);
  private static final long FIRST_RETRY_MILLIS = 500;
  private static final long LONGEST_RETRY_MILLIS = 30_000;

  /** What must outlive a container, for those who read its logs. */
  public interface Remains {
    /** The container of this incarnation is about to be taken away. */
    void keep(PlacementId id, int incarnation);

    /** The placement is forgotten. */
    void forget(PlacementId id);

    /** For tests that read no logs. */
    Remains NONE =
        new Remains() {
          @Override
          public void keep(PlacementId id, int incarnation) {}

          @Override
          public void forget(PlacementId id) {}
        };
  }

  private final InstanceHost host;
  private final Remains remains;
  private final Consumer<Input.Heard> heard;
  private final Executor threads;
  private final Semaphore starting;
  private final Phaser running = new Phaser(1);
  private final Policies policies = new Policies();
  private volatile boolean closing;

  /**
   * @param threads runs each job on a thread that may block
   * @param startsAtATime the bound on containers being made
   */
  public HostJobs(
      InstanceHost host,
      Remains remains,
      Consumer<Input.Heard> heard,
      Executor threads,
      int startsAtATime) {
    this.host = host;
    this.remains = remains;
    this.heard = heard;
    this.threads = threads;
    this.starting = new Semaphore(startsAtATime, true);
  }

  @Override
  public void start(Order order, int incarnation) {
    execute(
        () -> heard.accept(new Input.Heard(order.id(), incarnation, launch(order, incarnation))));
  }

  @Override
  public void limit(Order order) {
    policies.put(order.id(), Plans.egress(order));
    threads.execute(() -> insist(order.id(), () -> hold(order.id())));
  }

  /** To the newest policy, whichever job comes first. */
  private void hold(PlacementId id) {
    policies.apply(id, policy -> host.limit(id.value(), policy));
  }

  @Override
  public void perform(PlacementId id, int incarnation, Step step) {
    threads.execute(() -> {
      switch (step) {
        case Step.Terminate _ -> tryOnce(id, () -> host.terminate(id.value()));
        case Step.Kill _ -> tryOnce(id, () -> host.kill(id.value()));
        case Step.Discard _ -> {
          insist(id, () -> discard(id, incarnation));
          heard.accept(new Input.Heard(id, incarnation, new Report.Discarded()));
        }
        case Step.Release _ -> {
          insist(id, () -> host.release(id.value()));
          policies.forget(id);
          remains.forget(id);
          heard.accept(new Input.Heard(id, incarnation, new Report.Released()));
        }
        case Step.Start _ -> throw new IllegalArgumentException("a start needs its order");
      }
    });
  }

  /** Begins nothing more and waits, within reason, for what has begun. */
  @Override
  public void close() {
    closing = true;
    try {
      running.awaitAdvanceInterruptibly(
          running.arrive(), LONGEST_CLOSING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      LOG.warn("containers were still being made or taken away when the agent closed");
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void execute(Runnable job) {
    if (closing) {
      return;
    }
    running.register();
    threads.execute(() -> {
      try {
        job.run();
      } finally {
        running.arriveAndDeregister();
      }
    });
  }

  private Report launch(Order order, int incarnation) {
    try {
      ContainerPlan plan = Plans.of(order);
      host.prepare(plan);
      starting.acquire();
      try {
        if (closing) {
          return CLOSING;
        }
        if (incarnation > 1) {
          discard(order.id(), incarnation - 1);
        }
        Launched launched = host.start(plan, incarnation);
        hold(order.id());
        return HostReports.started(launched);
      } finally {
        starting.release();
      }
    } catch (HostException failure) {
      LOG.warn("{} could not be started: {}", order.instance(), failure.getMessage());
      return HostReports.startFailed(failure);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      return CLOSING;
    } catch (RuntimeException failure) {
      LOG.error("{} could not be started", order.instance(), failure);
      return new Report.StartFailed(
          Cause.START_FAILED, "the node failed; its operator finds the reason in the agent's log");
    }
  }

  private void discard(PlacementId id, int incarnation) {
    remains.keep(id, incarnation);
    host.discard(id.value());
  }

  /** A signal that is not delivered is decided anew when its time is over. */
  private static void tryOnce(PlacementId id, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException failure) {
      LOG.error("placement {} could not be signalled", id, failure);
    }
  }

  private void insist(PlacementId id, Runnable call) {
    long wait = FIRST_RETRY_MILLIS;
    while (!closing) {
      try {
        call.run();
        return;
      } catch (RuntimeException failure) {
        LOG.error("placement {} could not be taken away, next try in {} ms", id, wait, failure);
      }
      try {
        Thread.sleep(wait);
      } catch (InterruptedException closing) {
        Thread.currentThread().interrupt();
        return;
      }
      wait = Math.min(2 * wait, LONGEST_RETRY_MILLIS);
    }
  }
}
