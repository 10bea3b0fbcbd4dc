package dev.berth.agent.wire;

/** A message that must not be obeyed, because it is not whole or means nothing here. */
public final class DamagedException extends Exception {
  private static final long serialVersionUID = 1L;

  public DamagedException(String message) {
    super(message);
  }

  public DamagedException(String message, Throwable cause) {
    super(message, cause);
  }
}
