package dev.berth.cli;

/** The end of a command that did not do what was asked: what, why, and the next step. */
public final class CommandFailure extends RuntimeException {
  private final ExitCode exitCode;
  private final String code;
  private final String field;
  private final String next;

  public CommandFailure(ExitCode exitCode, String code, String reason, String next) {
    this(exitCode, code, "", reason, next);
  }

  public CommandFailure(ExitCode exitCode, String code, String field, String reason, String next) {
    super(reason);
    this.exitCode = exitCode;
    this.code = code;
    this.field = field;
    this.next = next;
  }

  public static CommandFailure usage(String reason, String next) {
    return new CommandFailure(ExitCode.USAGE, "USAGE", reason, next);
  }

  public static CommandFailure host(String reason, String next) {
    return new CommandFailure(ExitCode.FAILED, "FAILED", reason, next);
  }

  public ExitCode exitCode() {
    return exitCode;
  }

  /** Stable, for programs. */
  public String code() {
    return code;
  }

  /** The field of the request at fault, or empty. */
  public String field() {
    return field;
  }

  public String next() {
    return next;
  }
}
