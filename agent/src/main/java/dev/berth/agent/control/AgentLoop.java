package dev.berth.agent.control;

import dev.berth.agent.order.Orders;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.runtime.Ended;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs the node's passes on one thread.
 *
 * <p>Who offers an input waits while the queue is full. An exception in a pass is a fault: it ends
 * the thread, and with it the agent; containers keep running. Instead of being started it can be
 * turned, by one thread at a time: the simulation does so. Thread-safe.
 */
public final class AgentLoop implements AutoCloseable {
  static final int QUEUE_CAPACITY = 8192;
  private static final int INPUTS_A_PASS = 512;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private final InstantSource clock;
  private final BlockingQueue<Input> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
  private volatile NodeView view = NodeView.EMPTY;
  private volatile boolean open = true;
  private volatile long noticesDropped;
  private volatile @Nullable Thread thread;

  public AgentLoop(InstantSource clock) {
    this.clock = clock;
  }

  /** From here on the node belongs to the loop's thread. */
  public void start(Node node, Thread.UncaughtExceptionHandler onFault) {
    view = node.view();
    Thread loop = new Thread(null, () -> run(node), "agent-loop", 512 * 1024L);
    loop.setUncaughtExceptionHandler(onFault);
    thread = loop;
    loop.start();
  }

  /** One pass with what has come, without waiting; instead of {@link #start}. */
  public void turn(Node node) {
    pass(node, queue.poll());
  }

  /** Blocks while the queue is full. */
  public void offer(Input input) {
    try {
      queue.put(input);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  /** For callers that must not block. */
  public void offerSoon(Input input) {
    if (!queue.offer(input)) {
      Thread.ofVirtual().start(() -> offer(input));
    }
  }

  /** For the one who stores orders. */
  public void offerStored(Orders orders) {
    offer(new Input.Stored(orders));
  }

  /** For the one who watches containers, who must not be held up. */
  public void offerEnded(Ended ended, String lastWords) {
    offerSoon(
        new Input.Heard(
            new PlacementId(ended.placementId()),
            ended.incarnation(),
            HostReports.ended(ended, lastWords)));
  }

  public NodeView view() {
    return view;
  }

  public long noticesDropped() {
    return noticesDropped;
  }

  public int queued() {
    return queue.size();
  }

  @Override
  public void close() {
    open = false;
    Thread loop = thread;
    if (loop != null) {
      loop.interrupt();
      try {
        loop.join(Duration.ofSeconds(5));
      } catch (InterruptedException hurried) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run(Node node) {
    try {
      while (open) {
        pass(node, queue.poll(wait(node).toNanos(), TimeUnit.NANOSECONDS));
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(Node node, @Nullable Input first) {
    if (first != null) {
      List<Input> inputs = new ArrayList<>();
      inputs.add(first);
      queue.drainTo(inputs, INPUTS_A_PASS);
      inputs.forEach(node::accept);
    }
    node.finishPass();
    view = node.view();
    noticesDropped = node.noticesDropped();
  }

  private Duration wait(Node node) {
    return node.nextPass()
        .map(at -> Duration.between(clock.instant(), at))
        .map(until -> until.isNegative() ? Duration.ZERO : until)
        .filter(until -> until.compareTo(LONGEST_WAIT) < 0)
        .orElse(LONGEST_WAIT);
  }
}
