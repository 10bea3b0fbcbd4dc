package dev.berth.agent.oom;

/**
 * What the kernel killed in one container for want of memory.
 *
 * @param count by the kernel's own counter
 * @param main whether the container's first process was among them
 * @param at whose limit was reached, when the first process or else the last one was killed
 * @param victim that process, such as {@code process 4711 (perl)}; empty when it can't be told
 */
public record MemoryKills(long count, Main main, At at, String victim) {
  public static final MemoryKills NONE = new MemoryKills(0, Main.SPARED, At.UNKNOWN, "");

  /** How it went with the first process. */
  public enum Main {
    SPARED,
    KILLED,
    /** There were kills, and the kernel's log does not tell of all. */
    UNKNOWN
  }

  /** What had no memory left. */
  public enum At {
    OWN_LIMIT("at the memory limit of its size"),
    NODE_LIMIT("as all instances of its node together reached the node's memory limit"),
    HOST("as the host had no memory left; it need not have been the cause"),
    UNKNOWN("at a memory limit");

    private final String words;

    At(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  public boolean killedMain() {
    return main == Main.KILLED;
  }

  /** For the tenant; empty when nothing was killed. */
  public String words() {
    if (count == 0) {
      return "";
    }
    return switch (main) {
      case KILLED -> "the kernel killed its main " + victim + " " + at.words();
      case SPARED ->
          victim.isEmpty()
              ? "the kernel killed in it, not its main process, " + at.words()
              : "the kernel killed its " + victim + ", not its main process, " + at.words();
      case UNKNOWN -> "the kernel killed in it " + at.words() + ", victim unknown";
    };
  }
}
