package dev.berth.agent.store;

import dev.berth.agent.order.Orders;
import dev.berth.agent.order.Snapshot;
import dev.berth.agent.wire.DamagedException;
import dev.berth.agent.wire.OrderCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stored orders.
 *
 * <p>Replaced whole and forced to disk before the write returns: after a crash at any point either
 * the old orders are there or the new ones. Holds config values, so only the agent's user reads it.
 * One thread writes at a time.
 */
public final class OrderFile {
  private static final Logger LOG = LoggerFactory.getLogger(OrderFile.class);

  private final Path file;

  public OrderFile(Path file) {
    this.file = file;
  }

  /**
   * None if nothing was ever stored. A damaged file is set aside and counts as nothing, which stops
   * nothing: what runs stays until the scheduler speaks.
   */
  public Orders read() throws IOException {
    if (!Files.exists(file)) {
      return Orders.none();
    }
    try {
      return Orders.restored(OrderCodec.fromBytes(Files.readAllBytes(file)));
    } catch (DamagedException | IllegalArgumentException damaged) {
      Path aside = file.resolveSibling(file.getFileName() + ".damaged");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      LOG.error(
          "the stored orders are damaged and were moved to {}; everything on the node stays as it"
              + " is until the scheduler sends them anew",
          aside,
          damaged);
      return Orders.none();
    }
  }

  public void write(Snapshot orders) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel =
        FileChannel.open(
            fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      ByteBuffer bytes = ByteBuffer.wrap(OrderCodec.bytes(orders));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
