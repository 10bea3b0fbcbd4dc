package dev.berth.scheduler.confine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/**
 * The system calls that packing and listing an image take, as a program for seccomp on x86-64.
 *
 * <p>A list of what is allowed: to read and write, to look at files, to have memory, threads and
 * time, to start the program itself. Everything else fails with EPERM; clone3 with ENOSYS, so that
 * the C library falls back to clone, whose flags can be looked at; other ABIs kill. Pure.
 */
final class SystemCallFilter {
  private static final int LOAD = 0x20;
  private static final int AND = 0x54;
  private static final int JUMP_IF_EQUAL = 0x15;
  private static final int JUMP_IF_AT_LEAST = 0x35;
  private static final int RETURN = 0x06;

  private static final int NUMBER_AT = 0;
  private static final int ARCHITECTURE_AT = 4;
  private static final int FIRST_ARGUMENT_AT = 16;
  private static final int X86_64 = 0xc000003e;
  private static final int X32_NUMBERS = 0x40000000;
  private static final int CLONE = 56;
  private static final int CLONE3 = 435;

  /** All flags that make a namespace. */
  private static final int NEW_NAMESPACES = 0x7e020000;

  private static final int ALLOW = 0x7fff0000;
  private static final int KILL_PROCESS = 0x80000000;
  private static final int ERROR = 0x00050000;
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  private static final int INSTRUCTION_BYTES = 8;

  private static final int[] FILES = {
    0, // read
    1, // write
    2, // open
    3, // close
    4, // stat
    5, // fstat
    6, // lstat
    7, // poll
    8, // lseek
    16, // ioctl
    17, // pread64
    18, // pwrite64
    19, // readv
    20, // writev
    21, // access
    32, // dup
    33, // dup2
    72, // fcntl
    74, // fsync
    77, // ftruncate
    79, // getcwd
    80, // chdir
    87, // unlink
    89, // readlink
    95, // umask
    217, // getdents64
    257, // openat
    262, // newfstatat
    263, // unlinkat
    267, // readlinkat
    269, // faccessat
    292, // dup3
    293, // pipe2
    332, // statx
    439, // faccessat2
  };

  private static final int[] MEMORY_THREADS_TIME = {
    9, // mmap
    10, // mprotect
    11, // munmap
    12, // brk
    13, // rt_sigaction
    14, // rt_sigprocmask
    15, // rt_sigreturn
    24, // sched_yield
    25, // mremap
    28, // madvise
    35, // nanosleep
    39, // getpid
    59, // execve: the filter is loaded before the program
    60, // exit
    63, // uname
    96, // gettimeofday
    97, // getrlimit
    99, // sysinfo
    102, // getuid
    104, // getgid
    107, // geteuid
    108, // getegid
    127, // rt_sigpending
    128, // rt_sigtimedwait
    131, // sigaltstack
    158, // arch_prctl
    186, // gettid
    201, // time
    202, // futex
    204, // sched_getaffinity
    218, // set_tid_address
    228, // clock_gettime
    230, // clock_nanosleep
    231, // exit_group
    234, // tgkill
    273, // set_robust_list
    302, // prlimit64
    318, // getrandom
    334, // rseq
  };

  private SystemCallFilter() {}

  /** The instructions, as the kernel of this machine wants them. */
  static byte[] program() {
    if (!System.getProperty("os.arch").equals("amd64")) {
      throw new IllegalStateException("programs can be confined on x86-64 only");
    }
    int[] allowed =
        IntStream.concat(IntStream.of(FILES), IntStream.of(MEMORY_THREADS_TIME)).toArray();
    ByteBuffer code =
        ByteBuffer.allocate((allowed.length * 2 + 14) * INSTRUCTION_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    put(code, LOAD, 0, 0, ARCHITECTURE_AT);
    put(code, JUMP_IF_EQUAL, 1, 0, X86_64);
    put(code, RETURN, 0, 0, KILL_PROCESS);
    put(code, LOAD, 0, 0, NUMBER_AT);
    put(code, JUMP_IF_AT_LEAST, 0, 1, X32_NUMBERS);
    put(code, RETURN, 0, 0, KILL_PROCESS);
    for (int number : allowed) {
      put(code, JUMP_IF_EQUAL, 0, 1, number);
      put(code, RETURN, 0, 0, ALLOW);
    }
    put(code, JUMP_IF_EQUAL, 0, 1, CLONE3);
    put(code, RETURN, 0, 0, ERROR | ENOSYS);
    put(code, JUMP_IF_EQUAL, 0, 3, CLONE);
    put(code, LOAD, 0, 0, FIRST_ARGUMENT_AT);
    put(code, AND, 0, 0, NEW_NAMESPACES);
    put(code, JUMP_IF_EQUAL, 1, 0, 0);
    put(code, RETURN, 0, 0, ERROR | EPERM);
    put(code, RETURN, 0, 0, ALLOW);
    return code.array();
  }

  private static void put(ByteBuffer code, int operation, int ifTrue, int ifFalse, int value) {
    code.putShort((short) operation).put((byte) ifTrue).put((byte) ifFalse).putInt(value);
  }
}
