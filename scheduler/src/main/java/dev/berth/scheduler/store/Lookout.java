package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredLeader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the leader's process is there, so that one that was killed is succeeded at once and
 * not when its session has run out.
 *
 * <p>Holds a connection to the leader's API port. When that breaks and the port then refuses
 * {@value #REFUSALS} times in a row, nobody listens there any more. A leader that was never
 * reached, that is silent or cut off is left to its session. To be wrong costs a change of leader
 * and nothing else: the epoch fences. Works on one virtual thread.
 */
final class Lookout implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Lookout.class);
  private static final int REFUSALS = 3;
  private static final int CONNECT_MILLIS = 1000;
  private static final int LOOK_MILLIS = 500;
  private static final Duration BETWEEN = Duration.ofMillis(50);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Supplier<Optional<StoredLeader>> leader;
  private final Consumer<StoredLeader> gone;
  private final Thread thread;
  private Optional<StoredLeader> reached = Optional.empty(); // of the lookout's thread

  /** Tells {@code gone} of a leader whose process is not there any more; more than once. */
  Lookout(Supplier<Optional<StoredLeader>> leader, Consumer<StoredLeader> gone) {
    this.leader = leader;
    this.gone = gone;
    this.thread = Thread.ofVirtual().name("lookout").start(this::run);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (!Thread.interrupted()) {
        Optional<StoredLeader> now = leader.get();
        if (now.isPresent()) {
          watch(now.get());
          if (now.equals(reached) && now.equals(leader.get()) && isGone(now.get())) {
            log.info("nobody listens at {} any more, where the leader was", now.get().getAddress());
            gone.accept(now.get());
          }
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns when the connection has broken or there is none, or when another leads. */
  private void watch(StoredLeader watched) throws InterruptedException {
    try (Socket socket = connect(watched)) {
      reached = Optional.of(watched);
      socket.setSoTimeout(LOOK_MILLIS);
      while (leader.get().equals(reached) && !hasEnded(socket)) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } catch (IOException unreachable) {
      // It is looked at again.
    }
  }

  private static boolean hasEnded(Socket socket) {
    try {
      return socket.getInputStream().read() < 0; // it says nothing before it was greeted
    } catch (SocketTimeoutException silent) {
      return false;
    } catch (IOException broken) {
      return true;
    }
  }

  private static boolean isGone(StoredLeader watched) throws InterruptedException {
    for (int refusals = 0; refusals < REFUSALS; refusals++) {
      if (refusals > 0) {
        Thread.sleep(BETWEEN);
      }
      try (Socket back = connect(watched)) {
        return !back.isConnected();
      } catch (ConnectException refused) {
        if (!String.valueOf(refused.getMessage()).contains("refused")) {
          return false;
        }
      } catch (IOException unreachable) {
        return false;
      }
    }
    return true;
  }

  private static Socket connect(StoredLeader to) throws IOException {
    String address = to.getAddress();
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replace("[", "").replace("]", "");
    var socket = new Socket();
    try {
      socket.connect(
          new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))),
          CONNECT_MILLIS);
      return socket;
    } catch (IOException | RuntimeException failure) {
      socket.close();
      throw failure;
    }
  }
}
