package dev.berth.agent.verify;

import dev.berth.agent.image.StateLayout;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.runtime.ContainerHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a cell is made of: the host's Perl with the libraries it needs as base, and a slug that
 * holds what no slug may hold.
 *
 * @param base digest of the base image
 * @param slug digest of the slug
 */
record CellImages(String base, String slug) {
  static final String PERL = "/usr/bin/perl";
  private static final String MKSQUASHFS = "/usr/bin/mksquashfs";
  private static final Path LINKER = Path.of("/lib64/ld-linux-x86-64.so.2");

  static CellImages make(ContainerHost host, Programs programs) throws IOException {
    Path directory = host.facts().stateDirectory().resolve("verify");
    delete(directory); // an agent that was killed may have left it
    StateLayout.directory(directory, "rwx------");
    try {
      Path base = base(directory.resolve("base"), programs);
      Path slug = directory.resolve("slug");
      Files.createDirectories(slug.resolve("app"));
      // An importer lets neither of these pass; a cell shows that they would do no harm.
      List<String> hostile =
          List.of("app/device c 666 0 0 1 3", "app/memory c 666 0 0 1 1", "app/disk b 666 0 0 7 0");
      Files.copy(Path.of(PERL), base.resolve("usr/bin/setuid"));
      List<String> setuid = List.of("usr/bin/setuid m 4755 0 0");
      return new CellImages(
          host.addImage(squashed(base, setuid, programs)),
          host.addImage(squashed(slug, hostile, programs)));
    } finally {
      delete(directory);
    }
  }

  private static Path base(Path root, Programs programs) throws IOException {
    for (String name : List.of("app", "dev", "etc", "proc", "run", "sys", "tmp", "usr/bin")) {
      Files.createDirectories(root.resolve(name));
    }
    copy(Path.of(PERL), root);
    for (String line : programs.need(List.of(LINKER.toString(), "--list", PERL)).lines().toList()) {
      for (String word : line.strip().split(" ", -1)) {
        if (word.startsWith("/")) {
          copy(Path.of(word), root);
        }
      }
    }
    return root;
  }

  private static void copy(Path file, Path root) throws IOException {
    Path target = root.resolve(file.toString().substring(1));
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(target.getParent());
      Files.copy(
          file.toRealPath(), target, StandardCopyOption.COPY_ATTRIBUTES); // keeps it executable
    }
  }

  /** The same files give the same image, so that a host keeps one however often it verifies. */
  private static Path squashed(Path root, List<String> entries, Programs programs)
      throws IOException {
    Path image = root.resolveSibling(root.getFileName() + ".img");
    List<String> command = new ArrayList<>(List.of(MKSQUASHFS, "" + root, "" + image));
    command.addAll(List.of("-noappend", "-quiet", "-no-progress", "-all-root", "-no-xattrs"));
    command.addAll(List.of("-noI", "-noD", "-noF", "-mkfs-time", "0", "-all-time", "0"));
    for (String entry : entries) {
      command.addAll(List.of("-p", entry));
    }
    programs.need(command);
    return image;
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var below = Files.walk(directory)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
