package dev.berth.agent.runtime;

/**
 * A defence that a test can leave out, to show that another one or a check notices.
 *
 * <p>An agent has all of them: no setting names one. Each is consulted at the one place that
 * applies it.
 */
public enum Defence {
  /** What a started container is like is compared with its order; one that differs is killed. */
  READ_BACK,

  /** No capability in any set. Without it: those that engines give by default. */
  NO_CAPABILITIES,

  /** A set-user-id program or file capability gives nothing. */
  NO_NEW_PRIVILEGES,

  /** The list of allowed system calls. */
  SYSTEM_CALL_FILTER,

  /** Memory and swap together. */
  MEMORY_LIMIT,

  /** Cpu time of each tenth of a second. */
  CPU_LIMIT,

  /** Processes and threads. */
  PIDS_LIMIT,

  /** Open files of each process. */
  OPEN_FILES_LIMIT,

  /** Bytes and inodes of the private upper layer. */
  DISK_LIMIT,

  /** Bytes a second, read and written, of the disk. */
  DISK_RATE,

  /** Bits a second, to and from the instance. */
  NETWORK_RATE,

  /** Bytes of output a second that are kept, and the cpu time that taking them down may cost. */
  LOG_RATE
}
