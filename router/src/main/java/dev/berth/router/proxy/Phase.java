package dev.berth.router.proxy;

import org.jspecify.annotations.Nullable;

/** How far an exchange has come, and how long it may stay there. */
enum Phase {
  IDLE,
  CONNECTING,
  /** Waits for the app to have a route that takes connections. */
  HOLDING,
  SENT,
  ANSWERING,
  TUNNEL;

  /**
   * What has failed when nothing moved for so many nanoseconds; null while that is still in order.
   * Connecting and holding have deadlines of their own.
   */
  @Nullable Failure overdue(
      long quiet, boolean requestWhole, boolean appReads, ProxyTimeouts limit) {
    return switch (this) {
      case IDLE, CONNECTING, HOLDING -> null;
      case SENT -> {
        long most = (requestWhole ? limit.firstByte() : limit.idle()).toNanos();
        Failure whose = requestWhole || !appReads ? Failure.H12 : Failure.H28;
        yield quiet > most ? whose : null;
      }
      case ANSWERING -> quiet > limit.idle().toNanos() ? Failure.H15 : null;
      case TUNNEL -> quiet > limit.tunnelIdle().toNanos() ? Failure.H15 : null;
    };
  }
}
