package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.backup.BackupKey;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With what a backup is sealed; never on the command line itself. Filled by the command line. */
final class KeyOptions {
  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "Its first line, at least 12 characters, is the passphrase.")
  private @Nullable Path passphraseFile;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "Its contents, at least 32 random bytes, are the key.")
  private @Nullable Path keyFile;

  BackupKey key(Surroundings surroundings) {
    if ((passphraseFile == null) == (keyFile == null)) {
      throw CommandFailure.usage(
          "a backup holds secrets and is always sealed",
          "give one of --passphrase-file and --key-file");
    }
    Path directory = surroundings.workingDirectory();
    return passphraseFile == null
        ? BackupKey.ofFile(directory.resolve(keyFile))
        : BackupKey.ofPassphrase(directory.resolve(passphraseFile));
  }
}
