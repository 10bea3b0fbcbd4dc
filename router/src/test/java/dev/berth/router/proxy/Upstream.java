package dev.berth.router.proxy;

import dev.berth.router.table.Route;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An instance for tests: hands each connection to a script that speaks raw bytes. */
final class Upstream implements AutoCloseable {
  interface Script {
    void run(Connection connection) throws IOException;
  }

  static final class Connection {
    final Socket socket;
    final InputStream in;
    final OutputStream out;

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
      this.out = socket.getOutputStream();
    }

    /** The next head up to its empty line, or "" at the end of the connection. */
    String head() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      int last = 0;
      for (int c = in.read(); c >= 0; c = in.read()) {
        head.write(c);
        last = (last << 8) | c;
        if (last == 0x0d0a0d0a) {
          return head.toString(StandardCharsets.ISO_8859_1);
        }
      }
      return "";
    }

    byte[] bytes(int count) throws IOException {
      return in.readNBytes(count);
    }

    void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    void answer(String body) throws IOException {
      send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }
  }

  private final ServerSocket server;
  private final Script script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  final AtomicInteger connections = new AtomicInteger();

  Upstream(Script script) {
    this(0, script);
  }

  Upstream(int port, Script script) {
    this.script = script;
    try {
      server = new ServerSocket();
      server.setReuseAddress(true);
      server.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Thread.ofVirtual().start(this::accept);
  }

  /** Answers every request of every connection with the text. */
  static Upstream saying(String text) {
    return new Upstream(connection -> {
      while (!connection.head().isEmpty()) {
        connection.answer(text);
      }
    });
  }

  /** Answers with the head of the request that it got. */
  static Upstream mirror() {
    return new Upstream(connection -> {
      for (String head = connection.head(); !head.isEmpty(); head = connection.head()) {
        connection.answer(head);
      }
    });
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.run(new Connection(socket));
    } catch (IOException _) {
      // the router closed it
    } finally {
      open.remove(socket);
    }
  }

  int port() {
    return server.getLocalPort();
  }

  Route route(int placement) {
    return new Route(placement, 1, "127.0.0.1", port(), "web." + placement);
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
