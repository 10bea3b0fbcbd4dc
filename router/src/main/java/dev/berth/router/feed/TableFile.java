package dev.berth.router.feed;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.router.table.Intake;
import dev.berth.router.table.Outcome;
import dev.berth.router.table.RouteTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table on disk, whole or not at all.
 *
 * <p>Replaced in one step, so a crash leaves the old one or the new one. One that cannot be read is
 * no reason not to start: the scheduler has it all. Used by one thread at a time.
 */
final class TableFile implements SavedTable {
  private static final Logger log = LoggerFactory.getLogger(TableFile.class);

  private final Path file;

  TableFile(Path file) {
    this.file = file;
  }

  @Override
  public Intake load() {
    try {
      byte[] bytes = Files.readAllBytes(file);
      Outcome outcome =
          Intake.empty().accept(WireTables.full(dev.berth.proto.v1.RouteTable.parseFrom(bytes)));
      return switch (outcome) {
        case Outcome.Replaced replaced -> replaced.intake();
        case Outcome.Changed changed -> changed.intake();
        case Outcome.Known _ -> Intake.empty();
        case Outcome.Resync resync -> unusable(resync.reason());
      };
    } catch (NoSuchFileException _) {
      return Intake.empty();
    } catch (InvalidProtocolBufferException | IllegalArgumentException damaged) {
      return unusable(String.valueOf(damaged.getMessage()));
    } catch (IOException failure) {
      return unusable(failure.toString());
    }
  }

  private Intake unusable(String reason) {
    log.warn(
        "the saved table {} cannot be used, so none is until the scheduler answers: {}",
        file,
        reason);
    return Intake.empty();
  }

  @Override
  public void save(RouteTable table) throws IOException {
    byte[] bytes = WireTables.message(table.full()).toByteArray();
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
