package dev.berth.agent.runtime;

/** A container whose process runs and was verified. */
public record Launched(long placementId, int incarnation, String address, int port, long hostPid) {}
