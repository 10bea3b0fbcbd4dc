package dev.berth.scheduler.api;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.blobs.IncomingBlob;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/** Room for files on their way in: at most sixteen at a time. Thread-safe. */
final class Uploads {
  private static final int MAX_UPLOADS = 16;

  private final BlobStore blobs;
  private final Semaphore room = new Semaphore(MAX_UPLOADS);

  Uploads(BlobStore blobs) {
    this.blobs = blobs;
  }

  /** A place to write to; whoever gets it gives it back with {@link #end}. */
  IncomingBlob begin() throws IOException {
    if (!room.tryAcquire()) {
      throw Refusing.asStatus(
          RefusalCode.BUSY,
          "",
          MAX_UPLOADS + " uploads are under way already",
          "try again when one has ended");
    }
    try {
      return blobs.receive();
    } catch (IOException e) {
      room.release();
      throw e;
    }
  }

  void end(IncomingBlob blob) throws IOException {
    room.release();
    blob.close();
  }
}
