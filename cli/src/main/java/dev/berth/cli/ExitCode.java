package dev.berth.cli;

/**
 * What the berth command tells the shell. Documented in docs/cli.md; never given another meaning.
 */
public enum ExitCode {
  DONE(0, "Done as asked."),
  REFUSED(
      1, "The cluster refused; nothing was changed. The message says why and what would succeed."),
  USAGE(2, "The command line is not valid."),
  UNREACHABLE(3, "The cluster does not answer, or there is none."),
  NOT_SETTLED(
      4, "Accepted, but not all instances were healthy within the time given. The work goes on."),
  FAILED(5, "Something on this machine failed: a file, a program, the host."),
  UNVERIFIED(6, "The node was verified, and failed a required check."),
  HALTED(
      7,
      "The campaign has halted or was rolled back, or a trial found what breaks; berth bases progress or"
          + " berth bases trial --show says why."),
  TAKEN_BACK(
      8, "The release did not stand; it was taken back, or stays failed. berth rollout says why."),
  INTERRUPTED(130, "Ended by Ctrl-C. What the cluster had accepted goes on.");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  public String meaning() {
    return meaning;
  }
}
