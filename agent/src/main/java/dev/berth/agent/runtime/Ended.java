package dev.berth.agent.runtime;

/**
 * How one incarnation ended.
 *
 * @param exitCode 128 + N when signal N ended it
 * @param oomKilled whether the kernel killed in this container's own memory cgroup; from the
 *     kernel's counter
 * @param pidsLimitHits how often a fork was refused because of the pids limit
 * @param detail plain words for the tenant
 */
public record Ended(
    long placementId,
    int incarnation,
    int exitCode,
    boolean oomKilled,
    long pidsLimitHits,
    String detail) {}
