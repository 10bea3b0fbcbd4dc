package dev.berth.agent.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One program that was started, with its pipes.
 *
 * <p>It inherits descriptors 0 to 2 (and 3 when it is to answer there) and nothing else, has a
 * session of its own and default signals. Closing waits for its end. Confined to one platform
 * thread at a time.
 */
@SuppressWarnings("restricted") // posix_spawn with closefrom, which ProcessBuilder can't do
final class Spawned implements AutoCloseable {
  private static final int MOST_OUTPUT = 1 << 20;
  private static final int O_CLOEXEC = 0x80000;
  private static final short SIGNALS_DEFAULT_MASK_EMPTY_NEW_SESSION = 0x04 | 0x08 | 0x80;
  private static final String[] ENVIRONMENT = {
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"
  };

  private static final MethodHandle SPAWN = pointers("posix_spawn", 6);
  private static final MethodHandle ACTIONS_INIT = pointers("posix_spawn_file_actions_init", 1);
  private static final MethodHandle ACTIONS_DESTROY =
      pointers("posix_spawn_file_actions_destroy", 1);
  private static final MethodHandle ATTRIBUTES_INIT = pointers("posix_spawnattr_init", 1);
  private static final MethodHandle ATTRIBUTES_DEFAULT =
      pointers("posix_spawnattr_setsigdefault", 2);
  private static final MethodHandle ATTRIBUTES_FLAGS =
      find("posix_spawnattr_setflags", ValueLayout.ADDRESS, ValueLayout.JAVA_SHORT);
  private static final MethodHandle ADD_DUP2 =
      find(
          "posix_spawn_file_actions_adddup2",
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT);
  private static final MethodHandle ADD_CLOSE_FROM =
      find("posix_spawn_file_actions_addclosefrom_np", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);

  private final int pid;
  private int input;
  private int output;
  private int answers;
  private boolean reaped;

  private Spawned(int pid, int input, int output, int answers) {
    this.pid = pid;
    this.input = input;
    this.output = output;
    this.answers = answers;
  }

  private static MethodHandle pointers(String name, int count) {
    var layouts = new java.lang.foreign.MemoryLayout[count];
    java.util.Arrays.fill(layouts, ValueLayout.ADDRESS);
    return find(name, layouts);
  }

  private static MethodHandle find(String name, java.lang.foreign.MemoryLayout... arguments) {
    var linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  static Spawned start(List<String> command, boolean answering, String... environment)
      throws IOException {
    if (!command.getFirst().startsWith("/")) {
      throw new IllegalArgumentException(
          "a program is given by its absolute path, not as '" + command.getFirst() + "'");
    }
    try (var arena = Arena.ofConfined()) {
      List<Integer> opened = new ArrayList<>();
      try {
        int[] in = pipe(arena, opened);
        int[] out = pipe(arena, opened);
        int[] told = answering ? pipe(arena, opened) : new int[] {-1, -1};
        int pid = spawn(arena, command, environment, new int[] {in[0], out[1], out[1], told[1]});
        closeAll(in[0], out[1], told[1]);
        return new Spawned(pid, in[1], out[0], told[0]);
      } catch (IOException e) {
        opened.forEach(Spawned::closeAll);
        throw e;
      }
    }
  }

  private static int spawn(Arena arena, List<String> command, String[] extra, int[] descriptors)
      throws IOException {
    MemorySegment actions = arena.allocate(128, 16);
    MemorySegment attributes = arena.allocate(512, 16);
    MemorySegment everySignal = arena.allocate(128, 8).fill((byte) 0xff);
    MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
    List<String> environment = new ArrayList<>(List.of(ENVIRONMENT));
    environment.addAll(List.of(extra));
    try {
      check((int) ACTIONS_INIT.invokeExact(actions), "prepare");
      int next = 0;
      for (int descriptor : descriptors) {
        if (descriptor >= 0) {
          check((int) ADD_DUP2.invokeExact(actions, descriptor, next++), "prepare pipes of");
        }
      }
      check((int) ADD_CLOSE_FROM.invokeExact(actions, next), "prepare descriptors of");
      check((int) ATTRIBUTES_INIT.invokeExact(attributes), "prepare");
      check((int) ATTRIBUTES_DEFAULT.invokeExact(attributes, everySignal), "prepare signals of");
      check(
          (int) ATTRIBUTES_FLAGS.invokeExact(attributes, SIGNALS_DEFAULT_MASK_EMPTY_NEW_SESSION),
          "prepare");
      int error =
          (int)
              SPAWN.invokeExact(
                  pid,
                  arena.allocateFrom(command.getFirst()),
                  actions,
                  attributes,
                  strings(arena, command),
                  strings(arena, environment));
      int ignored = (int) ACTIONS_DESTROY.invokeExact(actions);
      check(error + Math.min(ignored, 0), "start " + command.getFirst());
      return pid.get(ValueLayout.JAVA_INT, 0);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("posix_spawn could not be called", e);
    }
  }

  private static void check(int error, String what) throws IOException {
    if (error != 0) {
      throw new IOException("can't " + what + ": " + Errno.words(error));
    }
  }

  private static MemorySegment strings(Arena arena, List<String> texts) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, texts.size() + 1L);
    for (int i = 0; i < texts.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(texts.get(i)));
    }
    return array;
  }

  private static int[] pipe(Arena arena, List<Integer> opened) throws IOException {
    MemorySegment both = arena.allocate(8, 8);
    Errno.check((int) NativeSyscalls.call(arena, 293, both.address(), O_CLOEXEC), "open a pipe");
    int[] ends = {both.get(ValueLayout.JAVA_INT, 0), both.get(ValueLayout.JAVA_INT, 4)};
    opened.add(ends[0]);
    opened.add(ends[1]);
    return ends;
  }

  private static void closeAll(int... descriptors) {
    try (var arena = Arena.ofConfined()) {
      for (int descriptor : descriptors) {
        if (descriptor >= 0) {
          NativeSyscalls.call(arena, 3, descriptor);
        }
      }
    }
  }

  long pid() {
    return pid;
  }

  /** Writes all of its input and ends it. A program that does not read is not an error. */
  void write(byte[] bytes) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      long done = 0;
      while (done < bytes.length) {
        long count =
            NativeSyscalls.call(arena, 1, input, segment.address() + done, bytes.length - done);
        if (count < 0 && count != -Errno.EINTR) {
          break;
        }
        done += Math.max(count, 0);
      }
    }
    closeAll(input);
    input = -1;
  }

  Programs.Answer finish(Duration limit) {
    String text = drain(output, limit, false);
    return new Programs.Answer(reap(), "", text);
  }

  /** The first line on descriptor 3; the program goes on. */
  Programs.Answer answer(Duration limit) {
    String answer = drain(answers, limit, true);
    if (answer.isEmpty()) {
      String text = drain(output, Duration.ofMillis(100), false);
      return new Programs.Answer(reap(), "", text);
    }
    return new Programs.Answer(reap(), answer, "");
  }

  /** Reads until the end, the first line or the deadline; at the deadline the program is killed. */
  private String drain(int descriptor, Duration limit, boolean oneLine) {
    var bytes = new ByteArrayOutputStream();
    try (var arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(8192);
      MemorySegment poll = arena.allocate(8, 8);
      int turnMillis = 100;
      long turns = Math.max(1, limit.toMillis() / turnMillis);
      while (turns > 0) {
        poll.set(ValueLayout.JAVA_INT, 0, descriptor);
        poll.set(ValueLayout.JAVA_SHORT, 4, (short) 1);
        if (NativeSyscalls.call(arena, 7, poll.address(), 1, turnMillis) <= 0) {
          turns--;
          continue;
        }
        long count = NativeSyscalls.call(arena, 0, descriptor, buffer.address(), 8192);
        if (count <= 0) {
          return bytes.toString(StandardCharsets.UTF_8);
        }
        byte[] read = buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        bytes.write(read, 0, Math.min(read.length, MOST_OUTPUT - bytes.size()));
        if (oneLine && read[read.length - 1] == '\n') {
          return bytes.toString(StandardCharsets.UTF_8);
        }
      }
      NativeSyscalls.call(arena, 62, pid, 9);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private int reap() {
    try (var arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
      while (NativeSyscalls.call(arena, 61, pid, status.address(), 0, 0) == -Errno.EINTR) {
        // a signal to the JVM; wait again
      }
      reaped = true;
      int value = status.get(ValueLayout.JAVA_INT, 0);
      return (value & 0x7f) == 0 ? (value >> 8) & 0xff : 128 + (value & 0x7f);
    }
  }

  @Override
  public void close() {
    closeAll(input, output, answers);
    input = output = answers = -1;
    if (!reaped) {
      reap();
    }
  }
}
