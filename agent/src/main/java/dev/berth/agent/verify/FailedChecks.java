package dev.berth.agent.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * The names of the required checks that this node failed last, on disk.
 *
 * <p>So that neither the agent's restart nor the host's clears what only the full list can clear.
 * One thread writes at a time.
 */
final class FailedChecks {
  private final Path file;

  FailedChecks(Path file) {
    this.file = file;
  }

  boolean isEmpty() {
    return !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  void write(List<String> names) throws IOException {
    if (names.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel =
        Files.newByteChannel(
            fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      channel.write(StandardCharsets.UTF_8.encode(String.join("\n", names) + "\n"));
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
