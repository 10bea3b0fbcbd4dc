package dev.berth.agent.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Makes, moves and removes network links through rtnetlink: what {@code ip link} does, without a
 * program on the way.
 *
 * <p>Changes only this process's own network namespace, and gives links away to others.
 * Thread-safe.
 */
public final class Links {
  private static final int MOST_BYTES = 1024;
  private static final short NEW_LINK = 16;
  private static final short DELETE_LINK = 17;
  private static final short REQUEST_ACKNOWLEDGED = 0x5;
  private static final short CREATE_NEW = 0x600;
  private static final int UP = 1;
  private static final short ADDRESS = 1;
  private static final short NAME = 3;
  private static final short MASTER = 10;
  private static final short LINK_INFO = 18;
  private static final short NAMESPACE_OF_PID = 19;
  private static final short AF_SPEC = 26;
  private static final short KIND = 1;
  private static final short DATA = 2;
  private static final short SLAVE_KIND = 4;
  private static final short SLAVE_DATA = 5;
  private static final short VETH_PEER = 1;
  private static final short PORT_ISOLATED = 33;
  private static final short INET6 = 10;
  private static final short INET6_ADDRESS_GENERATION = 8;

  /** A pair whose other end appears as {@code peer} in the namespace of a process. */
  public record Pair(String name, String peer, String peerMac, long peerPid) {}

  public void makePair(Pair pair) throws IOException {
    var message = link(NEW_LINK, CREATE_NEW, 0);
    text(message, NAME, pair.name());
    int info = begin(message, LINK_INFO);
    text(message, KIND, "veth");
    int data = begin(message, DATA);
    int peer = begin(message, VETH_PEER);
    message.put(new byte[16]);
    text(message, NAME, pair.peer());
    bytes(message, ADDRESS, HexFormat.ofDelimiter(":").parseHex(pair.peerMac()));
    number(message, NAMESPACE_OF_PID, (int) pair.peerPid());
    end(message, peer);
    end(message, data);
    end(message, info);
    send(message, "make the link " + pair.name());
  }

  /** Puts a link on a bridge as an isolated port without IPv6, and brings it up. */
  public void join(String name, int bridge) throws IOException {
    var message = link(NEW_LINK, (short) 0, 0);
    text(message, NAME, name);
    number(message, MASTER, bridge);
    int families = begin(message, AF_SPEC);
    int inet6 = begin(message, INET6);
    bytes(message, INET6_ADDRESS_GENERATION, new byte[] {1});
    end(message, inet6);
    end(message, families);
    send(message, "put " + name + " on the bridge");
    message = link(NEW_LINK, (short) 0, UP);
    text(message, NAME, name);
    int info = begin(message, LINK_INFO);
    text(message, SLAVE_KIND, "bridge");
    int data = begin(message, SLAVE_DATA);
    bytes(message, PORT_ISOLATED, new byte[] {1});
    end(message, data);
    end(message, info);
    send(message, "isolate and bring up " + name);
  }

  /** Does nothing when there is no such link. */
  public void remove(String name) throws IOException {
    var message = link(DELETE_LINK, (short) 0, 0);
    text(message, NAME, name);
    int result = exchange(message);
    if (result != 0 && result != -19) {
      Errno.check(result, "remove the link " + name);
    }
  }

  private static ByteBuffer link(short type, short flags, int linkFlags) {
    var message = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    message.putInt(0).putShort(type).putShort((short) (REQUEST_ACKNOWLEDGED | flags));
    message.putInt(1).putInt(0);
    return message.putInt(0).putInt(0).putInt(linkFlags).putInt(linkFlags);
  }

  private static void text(ByteBuffer message, short type, String text) {
    bytes(message, type, (text + "\0").getBytes(StandardCharsets.US_ASCII));
  }

  private static void number(ByteBuffer message, short type, int value) {
    int at = begin(message, type);
    message.putInt(value);
    end(message, at);
  }

  private static void bytes(ByteBuffer message, short type, byte[] bytes) {
    int at = begin(message, type);
    message.put(bytes);
    end(message, at);
  }

  private static int begin(ByteBuffer message, short type) {
    int at = message.position();
    message.putShort((short) 0).putShort(type);
    return at;
  }

  /** Writes the length of the attribute that began there, and pads to four bytes. */
  private static void end(ByteBuffer message, int at) {
    message.putShort(at, (short) (message.position() - at));
    while (message.position() % 4 != 0) {
      message.put((byte) 0);
    }
  }

  private static void send(ByteBuffer message, String what) throws IOException {
    Errno.check(exchange(message), what);
  }

  private static int exchange(ByteBuffer message) {
    message.putInt(0, message.position());
    try (var arena = Arena.ofConfined()) {
      int rawCloseOnExec = 3 | 0x80000;
      int socket = (int) NativeSyscalls.call(arena, 41, 16, rawCloseOnExec, 0);
      if (socket < 0) {
        return socket;
      }
      try {
        MemorySegment buffer = arena.allocate(8192, 8);
        buffer.asByteBuffer().put(message.flip());
        long sent =
            NativeSyscalls.call(arena, 44, socket, buffer.address(), message.limit(), 0, 0, 0);
        if (sent < 0) {
          return (int) sent;
        }
        long got = NativeSyscalls.call(arena, 45, socket, buffer.address(), 8192, 0, 0, 0);
        return got < 0 ? (int) got : buffer.get(ValueLayout.JAVA_INT, 16);
      } finally {
        NativeSyscalls.call(arena, 3, socket);
      }
    }
  }
}
