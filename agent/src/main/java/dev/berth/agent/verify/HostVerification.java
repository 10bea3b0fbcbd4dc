package dev.berth.agent.verify;

import dev.berth.agent.linux.Programs;
import dev.berth.agent.runtime.ContainerHost;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the checks of this host in throw-away containers, one run at a time.
 *
 * <p>That no cell can be made is a finding as well. Leaves nothing of a run behind. Thread-safe.
 */
public final class HostVerification implements NodeVerifier {
  private final ContainerHost host;
  private final InstantSource clock;
  private @Nullable CellImages images;

  public HostVerification(ContainerHost host, InstantSource clock) {
    this.host = host;
    this.clock = clock;
  }

  /** Every check, by subject. */
  public static List<Check> checks() {
    return Stream.of(
            KernelChecks.all(),
            ProcessChecks.all(),
            FileChecks.all(),
            NetworkChecks.all(),
            ResourceChecks.all(),
            AgentChecks.all())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public Verification verify(boolean full) throws IOException {
    return run(checks().stream().filter(check -> full || check.quick()).toList(), full);
  }

  public Verification quick() throws IOException {
    return verify(false);
  }

  public Verification full() throws IOException {
    return verify(true);
  }

  private synchronized Verification run(List<Check> checks, boolean full) {
    Instant from = clock.instant();
    List<Finding> findings = new ArrayList<>();
    String made = "one started";
    try (var programs = new Programs();
        var cells = new Cells(host, images(programs), programs)) {
      Cell cell = cells.first();
      for (Check check : checks) {
        findings.add(check.run(cell));
      }
    } catch (IOException e) {
      made = e.getMessage() + "";
      images = null; // perhaps they are why
    }
    boolean started = made.equals("one started");
    findings.addFirst(
        new Finding("cell", "all", "a throw-away container starts", made, true, started));
    return new Verification(findings, Duration.between(from, clock.instant()).toMillis(), full);
  }

  private CellImages images(Programs programs) throws IOException {
    CellImages known = images;
    if (known == null) {
      known = CellImages.make(host, programs);
      images = known;
    }
    return known;
  }
}
