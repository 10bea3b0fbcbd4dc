package dev.berth.agent.verify;

import dev.berth.agent.image.IdRange;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.runtime.HostFacts;
import dev.berth.agent.runtime.Launched;
import dev.berth.agent.runtime.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * A throw-away container, made as any instance's is, that runs what the checks ask it to.
 *
 * <p>Its first process is a Perl that waits for programs; each runs in a child of its own, and may
 * call any system call by number. Thread-safe.
 */
public final class Cell {
  static final int PORT = 5000;
  private static final int MILLIS = 10_000;
  private static final int LARGEST_OUTPUT = 1 << 20;
  private static final int CONNECT_TURNS = 1000;

  /** Another cell of another tenant, made when first asked for. */
  @FunctionalInterface
  interface Neighbour {
    Cell get() throws IOException;
  }

  private final HostFacts host;
  private final Launched launched;
  private final Limits limits;
  private final Programs programs;
  private final Neighbour neighbour;

  Cell(HostFacts host, Launched launched, Limits limits, Programs programs, Neighbour neighbour) {
    this.programs = programs;
    this.host = host;
    this.launched = launched;
    this.limits = limits;
    this.neighbour = neighbour;
  }

  /** Runs a Perl program inside, as the tenant's user, and gives what it wrote to both outputs. */
  public String inside(String program) throws IOException {
    try (var socket = connect()) {
      socket.setSoTimeout(MILLIS);
      socket.getOutputStream().write(program.getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      return bounded(socket.getInputStream());
    }
  }

  private Socket connect() throws IOException {
    var address = new InetSocketAddress(launched.address(), PORT);
    for (int turn = 0; ; turn++) {
      var socket = new Socket();
      try {
        socket.connect(address, MILLIS);
        return socket;
      } catch (ConnectException notYet) {
        socket.close();
        if (turn == CONNECT_TURNS || !Files.exists(process())) {
          throw new IOException("the throw-away container does not answer", notYet);
        }
        LockSupport.parkNanos(5_000_000);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    }
  }

  private static String bounded(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      bytes.write(buffer, 0, Math.min(count, LARGEST_OUTPUT - bytes.size()));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** The host's pid of its first process. */
  public long pid() {
    return launched.hostPid();
  }

  /** Where the host's /proc shows its first process. */
  public Path process() {
    return Path.of("/proc/" + pid());
  }

  public String address() {
    return launched.address();
  }

  public Limits limits() {
    return limits;
  }

  /** The path of its cgroup, below the root of each hierarchy. */
  public String cgroup() {
    return host.cgroup(launched);
  }

  IdRange range() {
    return host.range(launched);
  }

  public HostFacts host() {
    return host;
  }

  /** Runs programs of the host. */
  public Programs programs() {
    return programs;
  }

  /** A second one, of another tenant. */
  public Cell neighbour() throws IOException {
    return neighbour.get();
  }
}
