package dev.berth.router.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A client that sends exactly what it is told to, and reads one answer at a time. */
final class Client implements AutoCloseable {
  final Socket socket;
  final InputStream in;
  final OutputStream out;

  record Answer(int status, String head, String text) {
    byte[] body() {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    String header(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ":";
      return head.lines()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
          .map(line -> line.substring(start.length()).strip())
          .findFirst()
          .orElse("");
    }
  }

  Client(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    in = new BufferedInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  Client send(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    return this;
  }

  Answer get(String path) throws IOException {
    return get(RouterUnderTest.HOST, path);
  }

  Answer get(String host, String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").answer();
  }

  Answer answer() throws IOException {
    return answer(true);
  }

  /** The next answer; of one to a HEAD request, there is no body. */
  Answer answer(boolean hasBody) throws IOException {
    String head = head();
    if (head.isEmpty()) {
      throw new IOException("the router closed the connection");
    }
    int status = Integer.parseInt(head.substring(9, 12));
    Answer empty = new Answer(status, head, "");
    if (!hasBody || status == 204 || status == 304 || status < 200) {
      return empty;
    }
    if (empty.header("Transfer-Encoding").equals("chunked")) {
      return new Answer(status, head, text(chunks()));
    }
    String length = empty.header("Content-Length");
    byte[] body = length.isEmpty() ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
    return new Answer(status, head, text(body));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  String head() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    for (int c = in.read(); c >= 0; c = in.read()) {
      head.write(c);
      last = (last << 8) | c;
      if (last == 0x0d0a0d0a) {
        break;
      }
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line(), 16);
      byte[] chunk = in.readNBytes(size);
      if (chunk.length < size) {
        throw new IOException("cut off within a chunk");
      }
      all.write(chunk);
      line();
      if (size == 0) {
        return all.toByteArray();
      }
    }
  }

  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("cut off");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** Whether the router ends the connection without another byte. */
  boolean isClosedByRouter() {
    try {
      return in.read() < 0;
    } catch (IOException _) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
