package dev.berth.agent.runtime;

import java.util.List;

/**
 * A container could not be made.
 *
 * <p>The message is shown to the tenant: it names the thing, the value and the next step, and holds
 * no path or id of the node.
 */
public final class HostException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Whose turn it is. */
  public enum Kind {
    /** An image is missing, or is not what its digest says. Another try may fetch it. */
    IMAGE,
    /** The tenant's command or files can't run as they are. Another try fails the same way. */
    TENANT,
    /** The node ran out of addresses, id ranges, disk or loop devices. */
    EXHAUSTED,
    /** The kernel set up something else than was asked for; the container was killed. */
    UNVERIFIED,
    /** Something else went wrong on the node. */
    NODE
  }

  private final Kind kind;

  public HostException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public HostException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  static HostException unverified(List<String> differences) {
    return new HostException(
        Kind.UNVERIFIED,
        "the container was not set up as ordered and was killed: "
            + String.join("; ", differences));
  }
}
