package dev.berth.agent.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/** Two checks, the second only in the full list, that fail when told. Thread-safe. */
public final class FakeVerifier implements NodeVerifier {
  /** In the short form too. */
  public static final String QUICK = "no-capabilities";

  /** In the full list only. */
  public static final String SLOW = "disk-full";

  /** One entry for each run that has begun: was it a full one? */
  public final BlockingQueue<Boolean> runs = new LinkedBlockingQueue<>();

  private final Semaphore gate = new Semaphore(Integer.MAX_VALUE);
  private volatile Set<String> failing = Set.of();
  private volatile boolean isBroken;

  public void fail(String... names) {
    failing = Set.of(names);
  }

  public void breakOff(boolean broken) {
    isBroken = broken;
  }

  /** From here on a run waits until it is let through. */
  public void hold() {
    gate.drainPermits();
  }

  public void letThrough() {
    gate.release();
  }

  @Override
  public Verification verify(boolean full) throws IOException {
    runs.add(full);
    try {
      gate.acquire();
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", closing);
    }
    if (isBroken) {
      throw new IOException("no container starts");
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(finding(QUICK));
    if (full) {
      findings.add(finding(SLOW));
    }
    return new Verification(findings, 1, full);
  }

  private Finding finding(String name) {
    boolean passed = !failing.contains(name);
    return new Finding(name, "a layer", "closed", passed ? "closed" : "open", true, passed);
  }
}
