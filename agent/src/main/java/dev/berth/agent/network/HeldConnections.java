package dev.berth.agent.network;

/**
 * How the kernel counts what an instance holds open: in lists among which a hash spreads its
 * connections.
 *
 * <p>The kernel walks a whole list when it adds to it, and nothing else runs on that cpu meanwhile
 * (nf_conncount): one list of 4,096 takes 2 ms, one of 160 a twelfth of one. A list holds a quarter
 * more than its even share, so that one which fills sooner than others refuses nothing that the
 * instance may have. A limit of {@value #IN_A_LIST} or less has one list and is exact.
 *
 * @param each the most connections in one list
 */
record HeldConnections(int lists, int each) {
  private static final int IN_A_LIST = 128;

  /**
   * @param most connections of one instance
   */
  static HeldConnections atMost(int most) {
    int lists = Math.max(1, most / IN_A_LIST);
    return lists == 1
        ? new HeldConnections(1, most)
        : new HeldConnections(lists, most / lists * 5 / 4);
  }

  /** The most that the lists hold together. */
  int together() {
    return lists * each;
  }
}
