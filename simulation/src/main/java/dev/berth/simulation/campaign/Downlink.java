package dev.berth.simulation.campaign;

import dev.berth.simulation.world.World;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The scheduler's end of one stream: what it sends arrives in order, after a moment. Nothing is
 * lost. Confined to the world's thread.
 */
final class Downlink<M> extends ServerCallStreamObserver<M> {
  private final World world;
  private final RandomGenerator random;
  private final Consumer<M> arrival;
  private long lastDue;

  Downlink(World world, RandomGenerator random, Consumer<M> arrival) {
    this.world = world;
    this.random = random;
    this.arrival = arrival;
  }

  @Override
  public void onNext(M message) {
    lastDue = Math.max(lastDue, world.now() + random.nextLong(500, 3_000));
    world.after(lastDue - world.now(), "down", () -> arrival.accept(message));
  }

  @Override
  public void onError(Throwable failure) {
    throw new IllegalStateException("the scheduler ended a stream", failure);
  }

  @Override
  public void onCompleted() {
    throw new IllegalStateException("the scheduler ended a stream");
  }

  @Override
  public boolean isCancelled() {
    return false;
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {}

  @Override
  public void setOnReadyHandler(Runnable handler) {}

  @Override
  public void setCompression(String compression) {}

  @Override
  public void setMessageCompression(boolean enable) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void disableAutoRequest() {}

  @Override
  public void request(int count) {}
}
