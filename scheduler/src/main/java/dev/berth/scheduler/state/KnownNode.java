package dev.berth.scheduler.state;

import org.pcollections.TreePMap;

/** A node that has said hello at least once, as it last described itself. */
public record KnownNode(
    NodeId id,
    Capacity capacity,
    String arch,
    TreePMap<String, String> labels,
    String agentVersion,
    String runtime,
    String bootId) {}
