package dev.berth.cli.backup;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.proto.v1.StateEntry;
import dev.berth.proto.v1.StateHead;
import dev.berth.proto.v1.StatePart;
import dev.berth.proto.v1.StateTail;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A backup on disk.
 *
 * <p>Whole or not there: it is written beside its place, synced and renamed, and never over another
 * file. Nothing of one that is not whole is ever handed on. Confined to one thread.
 */
public final class BackupFile {
  private final Path file;
  private final BackupKey key;

  public BackupFile(Path file, BackupKey key) {
    this.file = file;
    this.key = key;
  }

  /** What is in it, once all of it was read. */
  public record Contents(StateHead head, StateTail tail, long bytes) {}

  /** Before anybody is asked for anything. */
  public void requireAbsent() {
    if (Files.exists(file)) {
      throw CommandFailure.usage(file + " is there already", "choose another name");
    }
  }

  public Contents write(Iterator<StatePart> parts, SecureRandom random) {
    requireAbsent();
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var counting = new Counting();
    try {
      Files.deleteIfExists(fresh);
      try (FileChannel channel =
          FileChannel.open(
              fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
        var sealed = new SealedOutput(out, key, random);
        while (parts.hasNext()) {
          StatePart part = parts.next();
          counting.accept(part);
          part.writeDelimitedTo(sealed);
        }
        counting.requireWhole();
        sealed.finish();
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      return counting.contents(Files.size(file));
    } catch (IOException failure) {
      throw new UncheckedIOException(file + " cannot be written", failure);
    } finally {
      remove(fresh);
    }
  }

  private static void remove(Path draft) {
    try {
      Files.deleteIfExists(draft);
    } catch (IOException left) {
      throw new UncheckedIOException(draft + " is left behind", left);
    }
  }

  /** Reads all of it, and says what is wrong with it. */
  public Contents verify() {
    var counting = new Counting();
    try {
      read(counting);
      counting.requireWhole();
      return counting.contents(Files.size(file));
    } catch (IOException wrong) {
      throw unusable(wrong);
    }
  }

  /** Each part in its order. */
  public void each(Consumer<StatePart> take) {
    try {
      read(take);
    } catch (IOException wrong) {
      throw unusable(wrong);
    }
  }

  private void read(Consumer<StatePart> take) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      var opened = new SealedInput(in, key);
      for (StatePart part = StatePart.parseDelimitedFrom(opened);
          part != null;
          part = StatePart.parseDelimitedFrom(opened)) {
        take.accept(part);
      }
    }
  }

  private CommandFailure unusable(IOException wrong) {
    return new CommandFailure(
        ExitCode.FAILED,
        "BACKUP_UNUSABLE",
        "%s cannot be used: %s".formatted(file, wrong.getMessage()),
        "nothing was changed; take another backup file, or the right passphrase");
  }

  /** Compares what comes with what its tail says. */
  private static final class Counting implements Consumer<StatePart> {
    private final MessageDigest digest = sha256();
    private @Nullable StateHead head;
    private @Nullable StateTail tail;
    private long entries;

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException("this Java has no SHA-256", impossible);
      }
    }

    @Override
    public void accept(StatePart part) {
      switch (part.getPartCase()) {
        case HEAD -> head = part.getHead();
        case ENTRIES -> part.getEntries().getEntriesList().forEach(this::count);
        case TAIL -> tail = part.getTail();
        case PART_NOT_SET -> {}
      }
    }

    private void count(StateEntry entry) {
      entries++;
      digest.update(entry.getPath().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, entry.getContent().size()));
      digest.update(entry.getContent().asReadOnlyByteBuffer());
    }

    void requireWhole() throws IOException {
      StateTail end = tail;
      if (head == null || end == null) {
        throw new IOException("it ends too early");
      }
      String sum = HexFormat.of().formatHex(digest.digest());
      if (end.getEntries() != entries || !end.getSha256().equals(sum)) {
        throw new IOException(
            "it has %d entries with checksum %s, and should have %d with %s"
                .formatted(entries, sum, end.getEntries(), end.getSha256()));
      }
    }

    Contents contents(long bytes) {
      if (head == null || tail == null) {
        throw new IllegalStateException("not whole");
      }
      return new Contents(head, tail, bytes);
    }
  }
}
