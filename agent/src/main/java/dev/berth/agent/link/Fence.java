package dev.berth.agent.link;

import dev.berth.leader.Epochs;
import dev.berth.leader.Schedulers;

/** What keeps a stream to the newest leader: the epochs seen here, and who is called. */
public record Fence(Epochs epochs, Schedulers schedulers) {}
