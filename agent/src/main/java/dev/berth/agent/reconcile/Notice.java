package dev.berth.agent.reconcile;

/** Something worth keeping in the instance's history, in words for the tenant. */
public record Notice(Kind kind, int incarnation, String message) {

  /** What happened; the word is stable and part of the API. */
  public enum Kind {
    STARTED("instance.started"),
    HEALTHY("instance.healthy"),
    EXITED("instance.exited"),
    OOM_KILLED("instance.oom-killed"),
    PIDS_LIMIT("instance.pids-limit"),
    UNHEALTHY("instance.unhealthy"),
    START_FAILED("instance.start-failed"),
    STOPPED("instance.stopped");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }
}
