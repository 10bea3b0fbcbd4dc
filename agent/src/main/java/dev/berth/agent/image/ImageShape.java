package dev.berth.agent.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * Refuses images that would lead the mounts of a container elsewhere.
 *
 * <p>A slug holds /app and nothing else; what becomes a mount point, or lies on the way to one, is
 * a directory of the base or absent. The importer sees to it as well; here nobody is trusted.
 */
final class ImageShape {
  private static final List<String> MOUNT_POINTS =
      List.of("app", "dev", "etc", "proc", "run", "sys", "tmp", "var", "var/tmp");

  private ImageShape() {}

  static void check(Path base, Path slug) throws IOException {
    try (var entries = Files.newDirectoryStream(slug)) {
      for (Path entry : entries) {
        if (!entry.endsWith("app")) {
          throw new IOException(
              "the slug holds /" + entry.getFileName() + "; it may hold /app only");
        }
      }
    }
    for (String name : MOUNT_POINTS) {
      Path path = base.resolve(name);
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
          && !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("/" + name + " of the base image is not a directory");
      }
    }
  }
}
