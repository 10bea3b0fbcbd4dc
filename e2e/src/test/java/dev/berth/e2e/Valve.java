package dev.berth.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A way to a port that can be shut: what is sent on it then is held back in both directions, new
 * connections too, and nobody is told; what was held goes on when it is opened again, as after a
 * network that was cut. Thread-safe.
 */
final class Valve implements AutoCloseable {
  private static final int BUFFER_BYTES = 16 << 10;

  private final ServerSocket server;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Object gate = new Object();
  private boolean isShut; // guarded by the gate

  Valve(int target) throws IOException {
    this.target = target;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("valve").start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  void shut() {
    turn(true);
  }

  void open() {
    turn(false);
  }

  private void turn(boolean shut) {
    synchronized (gate) {
      isShut = shut;
      gate.notifyAll();
    }
  }

  private void awaitOpen() throws InterruptedException {
    synchronized (gate) {
      while (isShut) {
        gate.wait();
      }
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        sockets.add(near);
        Thread.ofVirtual().start(() -> join(near));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void join(Socket near) {
    try {
      awaitOpen();
      var far = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(far);
      Thread.ofVirtual().start(() -> pass(far, near));
      pass(near, far);
    } catch (IOException nobodyThere) {
      close(near);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        awaitOpen();
        out.write(buffer, 0, count);
      }
    } catch (IOException broken) {
      // the other side hears of it below
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      closeOnceOpen(from, to);
    }
  }

  /** The end of a connection is not heard of through a network that is cut either. */
  private void closeOnceOpen(Socket from, Socket to) {
    try {
      awaitOpen();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    close(from);
    close(to);
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open();
    sockets.forEach(this::close);
  }
}
