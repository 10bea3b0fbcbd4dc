package dev.berth.simulation.network;

import dev.berth.simulation.world.SimProcess;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A channel of a simulated process to a simulated server. Confined to the world's thread. */
public final class SimChannel extends ManagedChannel {
  private final Network network;
  private final Caller caller;
  private final SimServer server;

  /**
   * Who calls.
   *
   * @param provenName as its certificate says
   * @param silence after so long it notices by itself that nobody answers any more
   */
  public record Caller(SimProcess process, String provenName, Duration silence) {}

  public SimChannel(Network network, Caller caller, SimServer server) {
    this.network = network;
    this.caller = caller;
    this.server = server;
  }

  @Override
  public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    return new Wire<>(network, caller, server, method).client();
  }

  /** It has no connection of its own: each call finds its way. */
  @Override
  public ConnectivityState getState(boolean requestConnection) {
    return ConnectivityState.IDLE;
  }

  @Override
  public String authority() {
    return "scheduler";
  }

  @Override
  public ManagedChannel shutdown() {
    return this;
  }

  @Override
  public ManagedChannel shutdownNow() {
    return this;
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
