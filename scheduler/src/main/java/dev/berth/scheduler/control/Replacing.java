package dev.berth.scheduler.control;

import dev.berth.scheduler.store.StateImage;
import java.util.concurrent.CompletableFuture;

/** That another state is to take the place of the stored one, and who waits for it. */
record Replacing(StateImage state, long epoch, CompletableFuture<Long> done) {}
