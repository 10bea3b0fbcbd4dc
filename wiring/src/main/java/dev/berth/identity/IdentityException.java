package dev.berth.identity;

/** A certificate or key that cannot be made, read or used; the message names the file. */
public final class IdentityException extends RuntimeException {
  IdentityException(String message, Throwable cause) {
    super(message + ": " + cause.getMessage(), cause);
  }

  IdentityException(String message) {
    super(message);
  }
}
