package dev.berth.agent;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.HostException;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.sweep.Sweep;
import dev.berth.agent.verify.Finding;
import dev.berth.agent.verify.HostVerification;
import dev.berth.agent.verify.Verification;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the checks of this host without its agent: {@code verify FILE [--quick] [--json]}.
 *
 * <p>Works beside a running agent, on a node of its own that is swept afterwards: another number,
 * directory and subnet. Ends with 0 if every required check passed, else with 1.
 */
record VerifyCommand(boolean quick, boolean json, InstantSource clock) {
  private static final Logger LOG = LoggerFactory.getLogger(VerifyCommand.class);
  private static final int NUMBER = 999;

  /** Its low 16 bits, and with them its id ranges, are the last: no node of a cluster has them. */
  private static final String SUBNET = "198.19.255.240/29";

  static VerifyCommand of(List<String> flags, InstantSource clock) {
    for (String flag : flags) {
      if (!List.of("--quick", "--json").contains(flag)) {
        throw new IllegalArgumentException("verify takes --quick and --json, not '" + flag + "'");
      }
    }
    return new VerifyCommand(flags.contains("--quick"), flags.contains("--json"), clock);
  }

  int run(HostSettings node, PrintStream out) throws HostException, IOException {
    Path state = node.stateDirectory();
    Path directory = state.resolveSibling(state.getFileName() + "-verify");
    var settings =
        new HostSettings(node.clusterId(), NUMBER, directory, SUBNET, node.capacity())
            .alsoForbidding(node.forbidden());
    StateLayout.directory(directory, "rwx------");
    Path lock = directory.resolve("lock");
    try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var held = channel.tryLock()) {
      if (held == null) {
        throw new IOException("another verification of this node is running");
      }
      Verification verification = verify(settings);
      print(verification, out);
      return verification.passed() ? 0 : 1;
    } finally {
      delete(directory);
    }
  }

  private Verification verify(HostSettings settings) throws HostException, IOException {
    try (var host =
        ContainerHost.open(
            settings,
            (digest, _) -> {
              throw new IOException("no scheduler is asked for " + digest);
            })) {
      host.adopt();
      return new HostVerification(host, clock).verify(!quick);
    } finally {
      Sweep.run(settings).forEach(left -> LOG.warn("the verification left behind: {}", left));
    }
  }

  private void print(Verification verification, PrintStream out) throws IOException {
    if (json) {
      out.println(new ObjectMapper().writeValueAsString(verification));
      return;
    }
    for (Finding finding : verification.findings()) {
      String verdict = finding.passed() ? "ok  " : finding.required() ? "FAIL" : "warn";
      out.println(
          "%s  %-28s %s [%s]: %s"
              .formatted(
                  verdict, finding.name(), finding.expected(), finding.guards(), finding.seen()));
    }
    out.println(
        "%d checks in %d ms: %s"
            .formatted(
                verification.findings().size(),
                verification.millis(),
                verification.passed() ? "passed" : "FAILED"));
  }

  private static void delete(Path directory) throws IOException {
    try (var below = Files.walk(directory)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
