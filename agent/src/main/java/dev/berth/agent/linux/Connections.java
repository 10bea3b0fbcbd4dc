package dev.berth.agent.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The connections that the kernel tracks in this process's network namespace.
 *
 * <p>Through netlink, without a program on the way; the kernel itself picks those of an address.
 * Thread-safe.
 */
public final class Connections {
  private static final int NETLINK = 16;
  private static final int NETLINK_NETFILTER = 12;
  private static final int SOCKET_TYPE_RAW_CLOSE_ON_EXEC = 3 | 0x80000;
  private static final short GET = 0x101;
  private static final short DELETE = 0x102;
  private static final short REQUEST = 0x1;
  private static final short DUMP = 0x300;
  private static final int ERROR = 2;
  private static final int DONE = 3;
  private static final byte INET = 2;
  private static final short NESTED = (short) 0x8000;
  private static final short TUPLE_ORIGINAL = 1;
  private static final short TUPLE_REPLY = 2;
  private static final short ID = 12;
  private static final short FILTER = 25;
  private static final short IP = 1;
  private static final short SOURCE = 1;
  private static final int BY_SOURCE = 1;
  private static final int HEADER = 20;
  private static final int BUFFER = 1 << 16;
  private static final int DO_NOT_WAIT = 0x40;
  private static final int EAGAIN = 11;

  private Connections() {}

  /**
   * Forgets all that an address began or answered, so that nothing belongs to them any more. There
   * are none when it returns, unless new ones began meanwhile: the caller shuts the address's ways
   * before. Walks twice through the kernel's whole table, 5 ms each for one of 262,144 buckets.
   *
   * @return how many
   */
  public static int forget(int address) throws IOException {
    List<byte[]> found = of(address);
    if (!found.isEmpty()) {
      delete(found);
    }
    return found.size();
  }

  private static List<byte[]> of(int address) throws IOException {
    List<byte[]> found = new ArrayList<>();
    for (short side : new short[] {TUPLE_ORIGINAL, TUPLE_REPLY}) {
      try (var socket = new Socket()) {
        socket.send(question(side, address));
        boolean more = true;
        while (more) {
          more = read(socket.receive(0), side, address, found);
        }
      }
    }
    return found;
  }

  private static ByteBuffer question(short side, int address) {
    var message = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    int start = begin(message, GET, (short) (REQUEST | DUMP));
    int tuple = open(message, side);
    int ip = open(message, IP);
    message.putShort((short) 8).putShort(SOURCE).putInt(Integer.reverseBytes(address));
    close(message, ip);
    close(message, tuple);
    int filter = open(message, FILTER);
    for (short each : new short[] {TUPLE_ORIGINAL, TUPLE_REPLY}) {
      message.putShort((short) 8).putShort(each).putInt(each == side ? BY_SOURCE : 0);
    }
    close(message, filter);
    message.putInt(start, message.position() - start);
    return message;
  }

  /** Whether there is more to come. */
  private static boolean read(ByteBuffer answer, short side, int address, List<byte[]> found)
      throws IOException {
    for (int at = 0; at + 16 <= answer.limit(); at += (answer.getInt(at) + 3) & ~3) {
      int end = at + answer.getInt(at);
      switch (answer.getShort(at + 4)) {
        case DONE -> {
          return false;
        }
        case ERROR -> Errno.check(answer.getInt(at + 16), "list tracked connections");
        default -> {
          int tuple = find(answer, at + HEADER, end, side);
          // A kernel that did not know the filter would list those of everybody.
          if (tuple >= 0 && source(answer, tuple) == address) {
            found.add(name(answer, at + HEADER, end));
          }
        }
      }
    }
    return true;
  }

  private static int source(ByteBuffer answer, int tuple) {
    int ip = find(answer, tuple + 4, tuple + length(answer, tuple), IP);
    int source = ip < 0 ? -1 : find(answer, ip + 4, ip + length(answer, ip), SOURCE);
    return source < 0 ? 0 : Integer.reverseBytes(answer.getInt(source + 4));
  }

  /** One that is gone meanwhile is as good. */
  private static void delete(List<byte[]> names) throws IOException {
    try (var socket = new Socket()) {
      var message = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
      for (byte[] name : names) {
        if (message.remaining() < HEADER + name.length) {
          socket.send(message);
          refusals(socket);
          message.clear();
        }
        int start = begin(message, DELETE, REQUEST);
        message.put(name);
        message.putInt(start, message.position() - start);
      }
      socket.send(message);
      refusals(socket);
    }
  }

  private static void refusals(Socket socket) throws IOException {
    for (var answer = socket.receive(DO_NOT_WAIT);
        answer.hasRemaining();
        answer = socket.receive(DO_NOT_WAIT)) {
      for (int at = 0; at + HEADER <= answer.limit(); at += (answer.getInt(at) + 3) & ~3) {
        int result = answer.getInt(at + 16);
        if (result != -Errno.ENOENT) {
          Errno.check(result, "forget a tracked connection");
        }
      }
    }
  }

  private static int begin(ByteBuffer message, short type, short flags) {
    int start = message.position();
    message.putInt(0).putShort(type).putShort(flags).putInt(1).putInt(0);
    message.put(INET).put((byte) 0).putShort((short) 0);
    return start;
  }

  private static int open(ByteBuffer message, short type) {
    int at = message.position();
    message.putShort((short) 0).putShort((short) (type | NESTED));
    return at;
  }

  private static void close(ByteBuffer message, int at) {
    message.putShort(at, (short) (message.position() - at));
  }

  /** Where an attribute begins; -1 when there is none. */
  private static int find(ByteBuffer answer, int from, int to, short type) {
    for (int at = from; at + 4 <= to && length(answer, at) >= 4; at += padded(answer, at)) {
      if ((answer.getShort(at + 2) & 0x3fff) == type) {
        return at;
      }
    }
    return -1;
  }

  private static int length(ByteBuffer answer, int at) {
    return Short.toUnsignedInt(answer.getShort(at));
  }

  private static int padded(ByteBuffer answer, int at) {
    return (length(answer, at) + 3) & ~3;
  }

  /** The two attributes that tell it from all others, as the kernel wrote them. */
  private static byte[] name(ByteBuffer answer, int from, int to) throws IOException {
    var name = new ByteArrayOutputStream();
    for (short type : new short[] {TUPLE_ORIGINAL, ID}) {
      int at = find(answer, from, to, type);
      if (at < 0) {
        throw new IOException("the kernel listed a tracked connection without its name");
      }
      byte[] bytes = new byte[padded(answer, at)];
      answer.get(at, bytes);
      name.writeBytes(bytes);
    }
    return name.toByteArray();
  }

  /** A netlink socket of netfilter's. */
  private static final class Socket implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER, 8);
    private final int socket;

    Socket() throws IOException {
      int result =
          (int)
              NativeSyscalls.call(
                  arena, 41, NETLINK, SOCKET_TYPE_RAW_CLOSE_ON_EXEC, NETLINK_NETFILTER);
      if (result < 0) {
        arena.close();
      }
      socket = Errno.check(result, "open a netlink socket");
    }

    void send(ByteBuffer message) throws IOException {
      int length = message.position();
      buffer.asByteBuffer().put(message.flip());
      long sent = NativeSyscalls.call(arena, 44, socket, buffer.address(), length, 0, 0, 0);
      Errno.check((int) sent, "ask for tracked connections");
    }

    /** Empty when there is nothing to read and it shall not wait. */
    ByteBuffer receive(int flags) throws IOException {
      long got = NativeSyscalls.call(arena, 45, socket, buffer.address(), BUFFER, flags, 0, 0);
      if (got == -EAGAIN) {
        return ByteBuffer.allocate(0);
      }
      Errno.check((int) got, "read tracked connections");
      return buffer.asSlice(0, got).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
      NativeSyscalls.call(arena, 3, socket);
      arena.close();
    }
  }
}
