package dev.berth.scheduler.blobs;

import dev.berth.scheduler.state.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * A blob on its way in: hashed and counted as it is written.
 *
 * <p>Closing it without {@link #keep} leaves nothing behind. Confined to one caller at a time.
 */
public final class IncomingBlob implements Closeable {
  private final BlobStore store;
  private final Path file;
  private final FileChannel channel;
  private final MessageDigest digest = Sha256.start();
  private long bytes;

  IncomingBlob(BlobStore store, Path file) throws IOException {
    this.store = store;
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.WRITE);
  }

  /** Appends all that remains in the buffer. */
  public void write(ByteBuffer buffer) throws IOException {
    digest.update(buffer.duplicate());
    bytes += buffer.remaining();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  public long bytes() {
    return bytes;
  }

  /** The digest of what was written; asked once, at the end. */
  public Digest finish() throws IOException {
    channel.force(true);
    channel.close();
    return Sha256.finish(digest);
  }

  /** Where the bytes are until they are kept or dropped. */
  public Path file() {
    return file;
  }

  /** Makes it a blob under the digest that {@link #finish} gave. */
  public Blob keep(Digest finished) throws IOException {
    return store.keep(file, finished);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(file);
  }
}
