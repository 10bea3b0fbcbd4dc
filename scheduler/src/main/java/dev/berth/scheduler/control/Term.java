package dev.berth.scheduler.control;

import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.state.ClusterSettings;
import java.time.Instant;

/** What one term of leadership is given: its epoch, when it began, and the rules in force. */
public record Term(long epoch, Instant began, ClusterSettings settings, Timers timers) {}
