package dev.berth.scheduler.confine;

/** One thing that shuts a confined program in; each can be left out by a test, to see it missed. */
public enum Wall {
  /** An id that no account has, and no group. */
  OWN_ID,
  /** No capability may ever be had. */
  NO_CAPABILITIES,
  /** A network without any interface that is up. */
  OWN_NETWORK,
  /** Sees and reaches no other process; ends with its starter. */
  OWN_PROCESSES,
  /** System V memory, semaphores and queues of its own. */
  OWN_IPC,
  /** A host name of its own. */
  OWN_NAMES,
  /** A cgroup root of its own. */
  OWN_CGROUP_VIEW,
  /** Nothing to see but /usr, read-only, and the files that it was given; one file to write. */
  OWN_FILES,
  /** Only the listed system calls. */
  FEW_SYSTEM_CALLS,
  /** Memory, time, size of files, open files, processes, no core dump. */
  LIMITS
}
