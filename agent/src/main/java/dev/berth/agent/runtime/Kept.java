package dev.berth.agent.runtime;

/** What an earlier agent left of one placement. */
public sealed interface Kept {
  long placementId();

  /** The last incarnation that was started, or tried. */
  int incarnation();

  /** The address that stays with the placement. */
  String address();

  /** The container runs and is watched again. */
  record Running(
      long placementId,
      int incarnation,
      String address,
      int port,
      long hostPid,
      long startedAtMillis)
      implements Kept {}

  /** It ended while nobody watched; its log and its resources are there until discarded. */
  record Over(long placementId, int incarnation, String address, Ended ended) implements Kept {}

  /** No container: only the address and the id range are set aside. */
  record Reserved(long placementId, int incarnation, String address) implements Kept {}
}
