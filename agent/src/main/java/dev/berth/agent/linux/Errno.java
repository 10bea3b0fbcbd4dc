package dev.berth.agent.linux;

import java.io.IOException;

/** The error numbers that callers tell apart, and words for the rest. */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int EINVAL = 22;
  public static final int EPIPE = 32;

  private Errno() {}

  /** Passes a result on, or says what could not be done. */
  public static int check(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": " + words(-result));
    }
    return result;
  }

  public static String words(int errno) {
    return switch (errno) {
      case EPERM -> "not permitted (EPERM)";
      case ENOENT -> "no such file (ENOENT)";
      case ESRCH -> "no such process (ESRCH)";
      case 12 -> "out of memory (ENOMEM)";
      case 13 -> "access denied (EACCES)";
      case EBUSY -> "busy (EBUSY)";
      case EEXIST -> "exists already (EEXIST)";
      case 19 -> "no such device or file system (ENODEV)";
      case EINVAL -> "invalid argument (EINVAL)";
      case 24 -> "too many open files (EMFILE)";
      case 28 -> "no space left (ENOSPC)";
      case 38 -> "not in this kernel (ENOSYS)";
      default -> "errno " + errno;
    };
  }
}
