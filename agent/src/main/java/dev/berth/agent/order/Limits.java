package dev.berth.agent.order;

/** The limits of the instance's size, as ordered. */
public record Limits(
    int memoryMib, int cpuWeight, int cpuMillis, int pids, int diskMib, int openFiles) {}
