package dev.berth.agent.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Adds to and removes from a verdict map of an {@code inet} table, without a program on the way.
 *
 * <p>What one call changes is one transaction of the kernel's: all of it is in force when the call
 * returns, or nothing. Thread-safe.
 */
public final class NfTables {
  private static final int MOST_BYTES = 2048;
  private static final short BATCH_BEGIN = 0x10;
  private static final short BATCH_END = 0x11;
  private static final short NEW_ELEMENT = 0x0a0c;
  private static final short DELETE_ELEMENT = 0x0a0e;
  private static final short GET_GENERATION = 0x0a10;
  private static final short REQUEST = 0x1;
  private static final short ACKNOWLEDGED = 0x4;
  private static final short CREATE_ANEW = 0x600;
  private static final byte FAMILY_INET = 1;
  private static final short SUBSYSTEM = 10;
  private static final short NESTED = (short) 0x8000;
  private static final short LIST_TABLE = 1;
  private static final short LIST_SET = 2;
  private static final short LIST_ELEMENTS = 3;
  private static final short ELEMENT = 1;
  private static final short ELEMENT_KEY = 1;
  private static final short ELEMENT_DATA = 2;
  private static final short VALUE = 1;
  private static final short VERDICT = 2;
  private static final short VERDICT_CODE = 1;
  private static final short VERDICT_CHAIN = 2;
  private static final int GOTO = -4;
  private static final int SOCKET_TYPE_RAW_CLOSE_ON_EXEC = 3 | 0x80000;
  private static final int NETLINK = 16;
  private static final int NETLINK_NETFILTER = 12;
  private static final int DO_NOT_WAIT = 0x40;
  private static final int MESSAGE_ERROR = 2;
  private static final int EAGAIN = 11;

  private final String table;
  private final String map;

  public NfTables(String table, String map) {
    this.table = table;
    this.map = map;
  }

  /** Packets with this key go to the chain. */
  public void put(int address, String chain) throws IOException {
    exchange(
        (batch, first) -> element(batch, first, NEW_ELEMENT, address, chain),
        1,
        "send " + map + " to " + chain);
  }

  /** The same for a key that is there; no packet passes between the old verdict and the new. */
  public void replace(int address, String chain) throws IOException {
    exchange(
        (batch, first) -> {
          element(batch, first, DELETE_ELEMENT, address, null);
          element(batch, first + 1, NEW_ELEMENT, address, chain);
        },
        2,
        "send " + map + " to " + chain);
  }

  /** Does nothing when the key is not there. */
  public void remove(int address) throws IOException {
    try {
      exchange(
          (batch, first) -> element(batch, first, DELETE_ELEMENT, address, null),
          1,
          "take an address out of " + map);
    } catch (NoSuchFileException gone) {
      // somebody was faster
    }
  }

  /** Another number after each change of any table of this network namespace. */
  public static int generation() throws IOException {
    var message = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int start = begin(message, GET_GENERATION, REQUEST, 1);
    message.putInt(0);
    message.putInt(start, message.position());
    return talk(
        message,
        "read the generation of the rules",
        (buffer, length) -> {
          // header, netfilter's header, then the only attribute that is first: the number
          boolean number = length >= 28 && buffer.get(ValueLayout.JAVA_SHORT, 22) == 1;
          return number ? buffer.get(ValueLayout.JAVA_INT, 24) : 0;
        });
  }

  private void element(
      ByteBuffer batch, int sequence, short type, int address, @Nullable String chain) {
    short create = type == NEW_ELEMENT ? CREATE_ANEW : 0;
    int start = begin(batch, type, (short) (REQUEST | ACKNOWLEDGED | create), sequence);
    batch.put(FAMILY_INET).put((byte) 0).putShort((short) 0);
    text(batch, LIST_TABLE, table);
    text(batch, LIST_SET, map);
    int elements = open(batch, LIST_ELEMENTS);
    int element = open(batch, ELEMENT);
    int key = open(batch, ELEMENT_KEY);
    number(batch, VALUE, address);
    close(batch, key);
    if (chain != null) {
      int data = open(batch, ELEMENT_DATA);
      int verdict = open(batch, VERDICT);
      number(batch, VERDICT_CODE, GOTO);
      text(batch, VERDICT_CHAIN, chain);
      close(batch, verdict);
      close(batch, data);
    }
    close(batch, element);
    close(batch, elements);
    batch.putInt(start, batch.position() - start);
  }

  private static int begin(ByteBuffer batch, short type, short flags, int sequence) {
    int start = batch.position();
    batch.putInt(0).putShort(type).putShort(flags).putInt(sequence).putInt(0);
    return start;
  }

  private static void bound(ByteBuffer batch, short type, int sequence) {
    int start = begin(batch, type, REQUEST, sequence);
    batch.put((byte) 0).put((byte) 0).putShort(Short.reverseBytes(SUBSYSTEM));
    batch.putInt(start, batch.position() - start);
  }

  private static int open(ByteBuffer batch, short type) {
    int at = batch.position();
    batch.putShort((short) 0).putShort((short) (type | NESTED));
    return at;
  }

  private static void close(ByteBuffer batch, int at) {
    batch.putShort(at, (short) (batch.position() - at));
    while (batch.position() % 4 != 0) {
      batch.put((byte) 0);
    }
  }

  private static void text(ByteBuffer batch, short type, String text) {
    int at = batch.position();
    batch.putShort((short) 0).putShort(type);
    batch.put((text + "\0").getBytes(StandardCharsets.US_ASCII));
    close(batch, at);
  }

  /** Netfilter's numbers are in network order. */
  private static void number(ByteBuffer batch, short type, int value) {
    int at = batch.position();
    batch.putShort((short) 0).putShort(type).putInt(Integer.reverseBytes(value));
    close(batch, at);
  }

  private interface Reading {
    int read(MemorySegment buffer, long length) throws IOException;
  }

  private static void exchange(BiConsumer<ByteBuffer, Integer> body, int messages, String what)
      throws IOException {
    var batch = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bound(batch, BATCH_BEGIN, 0);
    body.accept(batch, 1);
    bound(batch, BATCH_END, messages + 1);
    int heard = talk(batch, what, (buffer, length) -> acknowledged(buffer, length, what));
    if (heard < messages) {
      throw new IOException(what + ": the kernel answered " + heard + " of " + messages);
    }
  }

  /** Sends, and sums up what was read from each answer; all are there when sending returns. */
  private static int talk(ByteBuffer message, String what, Reading reading) throws IOException {
    try (var arena = Arena.ofConfined()) {
      int socket =
          (int)
              NativeSyscalls.call(
                  arena, 41, NETLINK, SOCKET_TYPE_RAW_CLOSE_ON_EXEC, NETLINK_NETFILTER);
      Errno.check(socket, what);
      try {
        MemorySegment buffer = arena.allocate(8192, 8);
        buffer.asByteBuffer().put(message.flip());
        long sent =
            NativeSyscalls.call(arena, 44, socket, buffer.address(), message.limit(), 0, 0, 0);
        Errno.check((int) sent, what);
        int sum = 0;
        while (true) {
          long got =
              NativeSyscalls.call(arena, 45, socket, buffer.address(), 8192, DO_NOT_WAIT, 0, 0);
          if (got == -EAGAIN) {
            return sum;
          }
          Errno.check((int) got, what);
          sum += reading.read(buffer, got);
        }
      } finally {
        NativeSyscalls.call(arena, 3, socket);
      }
    }
  }

  private static int acknowledged(MemorySegment buffer, long length, String what)
      throws IOException {
    int heard = 0;
    for (long at = 0; at + 20 <= length; ) {
      int size = buffer.get(ValueLayout.JAVA_INT, at);
      if (buffer.get(ValueLayout.JAVA_SHORT, at + 4) == MESSAGE_ERROR) {
        int result = buffer.get(ValueLayout.JAVA_INT, at + 16);
        if (result == -Errno.ENOENT) {
          throw new NoSuchFileException(what + ": no such table, chain or element");
        }
        Errno.check(result, what);
        heard++;
      }
      at += Math.max(20, (size + 3) & ~3);
    }
    return heard;
  }
}
