package dev.berth.scheduler.api;

/** What every caller may know of this cluster and never changes while it runs. */
public record ClusterFacts(String id, String domain, String version) {}
