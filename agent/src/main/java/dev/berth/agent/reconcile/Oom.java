package dev.berth.agent.reconcile;

/**
 * Kills for want of memory in one incarnation, so far.
 *
 * @param kills by the kernel's counter
 * @param main whether they ended the first process
 * @param words for the tenant; empty without kills
 */
public record Oom(long kills, boolean main, String words) {
  public static final Oom NONE = new Oom(0, false, "");
}
