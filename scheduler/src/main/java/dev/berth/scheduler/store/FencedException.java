package dev.berth.scheduler.store;

/** The epoch is over: another leader has begun, or the session is gone. Nothing was written. */
public final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FencedException(String message, Throwable cause) {
    super(message, cause);
  }
}
