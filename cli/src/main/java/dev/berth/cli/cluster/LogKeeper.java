package dev.berth.cli.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Keeps the programs' logs from growing without end: at most twice {@link #LARGEST} for each.
 *
 * <p>A log that is full is copied to NAME.log.1 and emptied in place, so that its writer, which
 * appends, need not know. A few lines written between the two may be lost.
 */
final class LogKeeper {
  static final long LARGEST = 16L << 20;

  private LogKeeper() {}

  static void trim(Path directory, long largest) {
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(directory, "*.log")) {
      for (Path log : logs) {
        if (Files.size(log) > largest) {
          Files.copy(
              log,
              log.resolveSibling(log.getFileName() + ".1"),
              StandardCopyOption.REPLACE_EXISTING);
          FileChannel.open(log, StandardOpenOption.WRITE).truncate(0).close();
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("the logs in " + directory + " cannot be kept small", failure);
    }
  }
}
