package dev.berth.agent.runtime;

/** What instances may use on this node. */
public record Capacity(long memoryMib, long cpuMillis, long pids, long diskMib) {}
