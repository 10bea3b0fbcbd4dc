package dev.berth.agent.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final short REQUEST_ECHOED = 0x9;
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
  private static final short HAIRPIN = 4;
  private static final short BPDU_GUARD = 5;
  private static final short LEARNING = 8;
  private static final short UNICAST_FLOOD = 9;
  private static final short MULTICAST_FLOOD = 27;
  private static final short BROADCAST_FLOOD = 30;
  private static final short ISOLATED = 33;
  private static final short NEW_NEIGHBOUR = 28;
  private static final short DELETE_NEIGHBOUR = 29;
  private static final short CREATE_OR_REPLACE = 0x500;
  private static final byte INET = 2;
  private static final byte BRIDGE = 7;
  private static final short PERMANENT = 0x80;
  private static final short STATIC = 0x40;
  private static final byte OF_THE_BRIDGE = 0x04;
  private static final short TO_ADDRESS = 1;
  private static final short TO_MAC = 2;
  private static final short INET6 = 10;
  private static final short INET6_ADDRESS_GENERATION = 8;
  private static final int MOST_ANSWER = 8192;
  private static final short ERROR = 2;
  private static final short NEW_DISCIPLINE = 36;
  private static final int DISCIPLINE_AT = 36;
  private static final int AT_ROOT = -1;
  private static final short TBF_PARAMETERS = 1;
  private static final short TBF_RATE_64 = 4;
  private static final short TBF_BURST = 6;
  private static final int RATE_BYTES = 12;
  private static final byte ETHERNET = 1;
  private static final long LARGEST_RATE = 0xFFFF_FFFFL;

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

  /**
   * How a link is a port of a bridge.
   *
   * @param isolated from all other isolated ports
   * @param fixed learns no address and is sent nothing that is not for its own one
   */
  public record Port(boolean isolated, boolean fixed) {}

  /** Puts a link on a bridge as a port without IPv6, and brings it up. */
  public void join(String name, int bridge, Port port) throws IOException {
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
    flag(message, ISOLATED, port.isolated());
    flag(message, HAIRPIN, false);
    flag(message, BPDU_GUARD, true);
    for (short spread : new short[] {LEARNING, UNICAST_FLOOD, MULTICAST_FLOOD, BROADCAST_FLOOD}) {
      flag(message, spread, !port.fixed());
    }
    end(message, data);
    end(message, info);
    send(message, "isolate and bring up " + name);
  }

  /**
   * A token bucket.
   *
   * @param burst bytes that may leave at once
   * @param queue bytes that may wait, the burst included
   */
  public record Bucket(long bytesPerSecond, long burst, long queue) {}

  /** Holds what leaves through a link to a rate; returns the one that the kernel has then. */
  public long shape(String name, Bucket bucket) throws IOException {
    var message = discipline(name);
    text(message, KIND, "tbf");
    int options = begin(message, DATA);
    int parameters = begin(message, TBF_PARAMETERS);
    rate(message, bucket.bytesPerSecond());
    message.put(new byte[RATE_BYTES]);
    message.putInt((int) bucket.queue()).putInt(0).putInt(0);
    end(message, parameters);
    number(message, TBF_BURST, (int) bucket.burst());
    if (bucket.bytesPerSecond() > LARGEST_RATE) {
      int wide = begin(message, TBF_RATE_64);
      message.putLong(bucket.bytesPerSecond());
      end(message, wide);
    }
    end(message, options);
    var answer = ByteBuffer.allocate(MOST_ANSWER).order(ByteOrder.LITTLE_ENDIAN);
    int length = Errno.check(exchange(message, answer), "limit the rate of " + name);
    for (int at = 0; at + 16 <= length; at += (answer.getInt(at) + 3) & ~3) {
      if (answer.getShort(at + 4) == ERROR) {
        Errno.check(answer.getInt(at + 16), "limit the rate of " + name);
      }
      if (answer.getShort(at + 4) == NEW_DISCIPLINE) { // after word of the one that went
        return rateIn(answer, at);
      }
    }
    return -1;
  }

  private static void rate(ByteBuffer message, long bytesPerSecond) {
    byte none = 0;
    message.put(none).put(ETHERNET).putShort((short) 0).putShort((short) -1).putShort((short) 0);
    message.putInt((int) Math.min(bytesPerSecond, LARGEST_RATE));
  }

  private static long rateIn(ByteBuffer answer, int message) {
    int length = message + answer.getInt(message);
    int options = find(answer, message + DISCIPLINE_AT, length, DATA);
    int end = options < 0 ? -1 : options + attributeLength(answer, options);
    int parameters = options < 0 ? -1 : find(answer, options + 4, end, TBF_PARAMETERS);
    int wide = options < 0 ? -1 : find(answer, options + 4, end, TBF_RATE_64);
    if (wide >= 0) {
      return answer.getLong(wide + 4);
    }
    return parameters < 0 ? -1 : Integer.toUnsignedLong(answer.getInt(parameters + 12));
  }

  private static int attributeLength(ByteBuffer answer, int at) {
    return Short.toUnsignedInt(answer.getShort(at));
  }

  /** Where an attribute begins; -1 when there is none. */
  private static int find(ByteBuffer answer, int from, int to, short type) {
    int at = from;
    while (at + 4 <= to && attributeLength(answer, at) >= 4) {
      if ((answer.getShort(at + 2) & 0x3fff) == type) {
        return at;
      }
      at += (attributeLength(answer, at) + 3) & ~3;
    }
    return -1;
  }

  private static ByteBuffer discipline(String name) throws IOException {
    Path index = Path.of("/sys/class/net", name, "ifindex");
    var message = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    message.putInt(0).putShort(NEW_DISCIPLINE).putShort((short) (REQUEST_ECHOED | CREATE_NEW));
    message.putInt(1).putInt(0);
    message.putInt(0).putInt(Integer.parseInt(Files.readString(index).strip()));
    return message.putInt(0).putInt(AT_ROOT).putInt(0);
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

  /** An address behind a bridge that never has to be asked for. */
  public record Neighbour(int bridge, int address, String mac) {}

  /** Where frames to the neighbour go: to this port of its bridge. */
  public void fix(Neighbour neighbour, int port) throws IOException {
    var message = neighbour(NEW_NEIGHBOUR, INET, neighbour.bridge(), PERMANENT, (byte) 0);
    address(message, neighbour);
    bytes(message, TO_MAC, mac(neighbour));
    send(message, "fix the neighbour " + neighbour.mac());
    message = neighbour(NEW_NEIGHBOUR, BRIDGE, port, STATIC, OF_THE_BRIDGE);
    bytes(message, TO_MAC, mac(neighbour));
    send(message, "fix the port of " + neighbour.mac());
  }

  /** Forgets a neighbour, if it is known; its port goes with its link. */
  public void unfix(Neighbour neighbour) throws IOException {
    var message = neighbour(DELETE_NEIGHBOUR, INET, neighbour.bridge(), (short) 0, (byte) 0);
    address(message, neighbour);
    int result = exchange(message);
    if (result != 0 && result != -Errno.ENOENT) {
      Errno.check(result, "forget the neighbour " + neighbour.mac());
    }
  }

  private static ByteBuffer neighbour(short type, byte family, int link, short state, byte flags) {
    var message = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    short create = type == NEW_NEIGHBOUR ? CREATE_OR_REPLACE : 0;
    message.putInt(0).putShort(type).putShort((short) (REQUEST_ACKNOWLEDGED | create));
    message.putInt(1).putInt(0);
    message.putInt(family).putInt(link);
    return message.putShort(state).put(flags).put((byte) 0);
  }

  private static void address(ByteBuffer message, Neighbour neighbour) {
    number(message, TO_ADDRESS, Integer.reverseBytes(neighbour.address()));
  }

  private static byte[] mac(Neighbour neighbour) {
    return HexFormat.ofDelimiter(":").parseHex(neighbour.mac());
  }

  private static void flag(ByteBuffer message, short type, boolean on) {
    bytes(message, type, new byte[] {(byte) (on ? 1 : 0)});
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
    var answer = ByteBuffer.allocate(MOST_ANSWER).order(ByteOrder.LITTLE_ENDIAN);
    int length = exchange(message, answer);
    return length < 0 ? length : answer.getInt(16);
  }

  private static int exchange(ByteBuffer message, ByteBuffer answer) {
    message.putInt(0, message.position());
    try (var arena = Arena.ofConfined()) {
      int rawCloseOnExec = 3 | 0x80000;
      int socket = (int) NativeSyscalls.call(arena, 41, 16, rawCloseOnExec, 0);
      if (socket < 0) {
        return socket;
      }
      try {
        MemorySegment buffer = arena.allocate(MOST_ANSWER, 8);
        buffer.asByteBuffer().put(message.flip());
        long sent =
            NativeSyscalls.call(arena, 44, socket, buffer.address(), message.limit(), 0, 0, 0);
        if (sent < 0) {
          return (int) sent;
        }
        long got = NativeSyscalls.call(arena, 45, socket, buffer.address(), MOST_ANSWER, 0, 0, 0);
        if (got > 0) {
          answer.put(0, buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE));
        }
        return (int) got;
      } finally {
        NativeSyscalls.call(arena, 3, socket);
      }
    }
  }
}
