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

  /** An instance reaches no address of hosts, of other instances, link-local or metadata. */
  UNREACHABLE_NETWORKS,

  /** Nor what the operator forbids for the whole node, and the addresses of schedulers. */
  FORBIDDEN_NETWORKS,

  /** Only what the tenant's policy lets through leaves the node. */
  EGRESS_POLICY,

  /** Nothing from outside the node but a router begins a connection to an instance. */
  CLOSED_TO_OUTSIDE,

  /** An address is given on without the connections that it had. */
  FORGOTTEN_CONNECTIONS,

  /** At most so many connections at a time, and so many new ones a second. */
  CONNECTION_LIMIT,

  /** A frame is from its own MAC and address, to the gateway, and IPv4. */
  SOURCE_CHECK,

  /** The bridge sends nothing from one instance's port to another's. */
  PORT_ISOLATION,

  /** Who is behind which port is said by the node alone; nothing is learnt or asked for. */
  FIXED_NEIGHBOURS,

  /** No IPv6, inside or between. */
  NO_IPV6,

  /** Ids inside are others outside. Without it: the same. */
  OTHER_IDS_OUTSIDE,

  /** No two instances have an id in common. */
  OWN_ID_RANGE,

  /** The overlay follows no redirects and takes no data from elsewhere in its layers. */
  PLAIN_OVERLAY,

  /** The programs that make containers are copies that nobody can write. */
  OWN_RUNTIME,

  /** Nobody but root can look into the agent's directories. */
  CLOSED_DIRECTORIES,

  /** An image is mounted only if its bytes have the digest that names it. */
  IMAGE_DIGESTS,

  /** An image can't lead mounts elsewhere: a slug holds /app alone, mount points are no links. */
  IMAGE_SHAPES,

  /** A container has a session keyring of its own. */
  OWN_KEYRING,

  /** An id range is free again only when its processes and mounts are gone. */
  HELD_PLACES,

  /** A container sees its own cgroup as the root of all. */
  OWN_CGROUP_NAMESPACE,

  /** No group besides the app's own. */
  NO_GROUPS,

  /** A process begins in /app, which lies in its own root. */
  WORKING_DIRECTORY,

  /** A process has no open file of the host's. */
  NO_DESCRIPTORS,

  /** A process has the variables of its order, and none of the agent's. */
  CLEAN_ENVIRONMENT,

  /** No process goes before others, or may put itself there. */
  NO_PRIORITY,

  /** A container has links, addresses, ports and abstract sockets of its own. */
  OWN_NETWORK_NAMESPACE,

  /** The memory of a process that crashed is written nowhere. */
  NO_CORE_DUMPS,

  /** Mounts are nosuid. */
  NO_SET_USER_ID,

  /** Mounts are nodev. */
  NO_DEVICES,

  /** Mounts that hold no programs are noexec. */
  NO_PROGRAMS,

  /** The base and the rest of the root can't be written. */
  READ_ONLY_ROOT,

  /** /proc, /sys and the cgroups can't be written. */
  READ_ONLY_KERNEL_FILES,

  /** Files of the kernel that tell of the host are covered. */
  MASKS,

  /** What looks like files of the kernel is the kernel's. */
  GENUINE_KERNEL_FILES,

  /** Six devices and no others. */
  FEW_DEVICES,

  /** Those devices are inodes of the agent's making, not the host's. */
  OWN_DEVICES,

  /** What lies in /dev/shm counts as memory of its writer. */
  COUNTED_SHARED_MEMORY,

  /** Memory and swap together. */
  MEMORY_LIMIT,

  /** Cpu time of each tenth of a second. */
  CPU_LIMIT,

  /** Processes and threads. */
  PIDS_LIMIT,

  /** Open files of each process. */
  OPEN_FILES_LIMIT,

  /** Locked memory, pending signals, message queues, processes of the user, priorities. */
  PROCESS_LIMITS,

  /** Bytes and inodes of the private upper layer. */
  DISK_LIMIT,

  /** Bytes a second, read and written, of the disk, and bytes that wait to be written. */
  DISK_RATE,

  /** Bits a second, to and from the instance. */
  NETWORK_RATE,

  /** Bytes of output a second that are kept, and the cpu time that taking them down may cost. */
  LOG_RATE
}
