package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** CVE-2019-5736: a container makes the host run the runtime inside, and writes to its file. */
@Tag("root")
@Timeout(60)
class RuntimeOverwriteTest {
  /** Waits for the runtime to come in, and tries to open every running program for writing. */
  private static final String LURK =
      "for i in $(seq 200); do for p in /proc/[0-9]*; do"
          + " (echo x >> $p/exe) 2>/dev/null && echo wrote; done; done; echo tried";

  @TempDir Path directory;
  private TestNode node;

  @BeforeEach
  void open() throws Exception {
    node = new TestNode(directory);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void noContainerChangesTheProgramsThatMakeContainers() throws Exception {
    var before = hashes();

    String lurked = node.outputOf(LURK);
    startAndForget(node.plan(List.of("/proc/self/exe")));
    startAndForget(node.plan(List.of("/proc/self/exe", "--version")));

    assertThat(lurked).isEqualTo("tried\n");
    assertThat(hashes()).isEqualTo(before).hasSizeGreaterThan(3);
  }

  private void startAndForget(ContainerPlan plan) throws Exception {
    try {
      node.host().start(plan, 1);
      node.awaitEnd(plan.placementId());
    } catch (HostException refused) {
      assertThat(refused.kind()).isNotEqualTo(HostException.Kind.UNVERIFIED);
    }
    node.host().release(plan.placementId());
  }

  /** Of the copies and of what they were copied from. */
  private Map<String, String> hashes() throws Exception {
    Map<String, String> hashes = new TreeMap<>();
    Path copies = node.settings.stateDirectory().resolve("live/programs");
    try (var files = Files.list(copies)) {
      for (Path copy : files.toList()) {
        hashes.put(copy.toString(), hash(copy));
        for (String place : List.of("/usr/bin", "/usr/sbin")) {
          Path original = Path.of(place).resolve(copy.getFileName());
          if (Files.exists(original)) {
            hashes.put(original.toString(), hash(original));
          }
        }
      }
    }
    return hashes;
  }

  private static String hash(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }
}
