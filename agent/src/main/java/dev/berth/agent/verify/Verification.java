package dev.berth.agent.verify;

import java.util.List;

/** One run through the list of checks. */
public record Verification(List<Finding> findings, long millis, boolean full) {
  public Verification {
    findings = List.copyOf(findings);
  }

  /** Whether this node may take instances. */
  public boolean passed() {
    return findings.stream().allMatch(finding -> finding.passed() || !finding.required());
  }
}
