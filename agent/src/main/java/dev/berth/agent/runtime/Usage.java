package dev.berth.agent.runtime;

import dev.berth.agent.oom.MemoryKills;

/**
 * What one container uses, from the kernel's counters.
 *
 * <p>The memory kinds are disjoint; cache is never counted as used by processes.
 */
public record Usage(
    long cpuMicros,
    long throttledMicros,
    long anonymousBytes,
    long sharedBytes,
    long activeFileBytes,
    long inactiveFileBytes,
    long kernelBytes,
    long pids,
    MemoryKills memoryKills,
    long pidsLimitHits) {}
