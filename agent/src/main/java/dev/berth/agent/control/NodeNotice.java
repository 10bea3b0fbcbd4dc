package dev.berth.agent.control;

import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Notice;
import java.time.Instant;

/** A notice, with whom it is about and when it happened. */
public record NodeNotice(Instant at, PlacementId id, Notice notice) {}
