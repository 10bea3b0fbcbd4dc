package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Strangers on one base read the same pages of memory: the first has them read, no other does. */
@Tag("root")
@Timeout(60)
class SharedBaseTest {
  private static final int LIBRARY_BYTES = 16 << 20;

  @TempDir static Path directory;

  @Test
  void whatOneInstanceHasReadOfTheBaseIsInMemoryForAllOthers() throws Exception {
    try (var node = new TestNode(directory)) {
      Path root = directory.resolve("images/base");
      byte[] library = new byte[LIBRARY_BYTES];
      new Random(1).nextBytes(library);
      Files.write(root.resolve("usr/library"), library);
      String base = node.images.squash(root);

      long first = readLibrary(node, reader(node, base, "acme", 1));
      long second = readLibrary(node, reader(node, base, "globex", 2));

      assertThat(first).isGreaterThanOrEqualTo(LIBRARY_BYTES);
      assertThat(second).isLessThan(LIBRARY_BYTES / 4);
      node.host().release(1);
      node.host().release(2);
    }
  }

  private static ContainerPlan reader(TestNode node, String base, String tenant, long id) {
    var limits = new Limits(64, 100, 1000, 32, 64, 512);
    List<String> command =
        List.of("/bin/sh", "-c", "cat /usr/library > /dev/null; echo read; exec sleep 1000");
    return new ContainerPlan(
        id, tenant, "shop", "web", 1, 1, base, node.images.slug, command, Map.of(), limits, 5000);
  }

  /** Bytes of files in memory that the instance answers for, after it has read the library. */
  private static long readLibrary(TestNode node, ContainerPlan plan) throws Exception {
    node.host().start(plan, 1);
    Wait.until(() -> node.log(plan.placementId(), 1).contains("read"));
    Usage usage = node.host().usage(plan.placementId()).orElseThrow();
    return usage.activeFileBytes() + usage.inactiveFileBytes();
  }
}
