package dev.berth.scheduler.dispatch;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.BlobChunk;
import dev.berth.scheduler.blobs.Blob;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.state.Digest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Streams blobs in chunks, each read only when the caller can take it. Thread-safe. */
final class BlobSender {
  static final int CHUNK_BYTES = 256 * 1024;

  private final BlobStore blobs;

  BlobSender(BlobStore blobs) {
    this.blobs = blobs;
  }

  void send(String digest, ServerCallStreamObserver<BlobChunk> out) {
    try {
      Optional<Blob> blob =
          Digest.isLegal(digest) ? blobs.find(new Digest(digest)) : Optional.empty();
      if (blob.isEmpty()) {
        out.onError(
            Status.NOT_FOUND.withDescription("no blob has this digest").asRuntimeException());
        return;
      }
      Sending sending =
          new Sending(
              FileChannel.open(blob.get().file(), StandardOpenOption.READ),
              blob.get().bytes(),
              out);
      out.setOnReadyHandler(sending::proceed);
      out.setOnCloseHandler(sending::close);
      out.setOnCancelHandler(sending::close);
      sending.proceed();
    } catch (IOException e) {
      out.onError(
          Status.INTERNAL
              .withDescription("blob " + digest + " cannot be read")
              .withCause(e)
              .asRuntimeException());
    }
  }

  /** One blob on its way. Confined to one call, whose callbacks gRPC runs one at a time. */
  private static final class Sending {
    private final FileChannel channel;
    private final long bytes;
    private final ServerCallStreamObserver<BlobChunk> out;
    private long sent;
    private boolean isDone;

    Sending(FileChannel channel, long bytes, ServerCallStreamObserver<BlobChunk> out) {
      this.channel = channel;
      this.bytes = bytes;
      this.out = out;
    }

    void proceed() {
      try {
        while (!isDone && out.isReady()) {
          next();
        }
      } catch (IOException e) {
        isDone = true;
        close();
        out.onError(
            Status.INTERNAL
                .withDescription("the blob cannot be read")
                .withCause(e)
                .asRuntimeException());
      }
    }

    private void next() throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, bytes - sent));
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // short reads go on
      }
      if (buffer.hasRemaining()) {
        throw new IOException("the file is shorter than it was");
      }
      BlobChunk.Builder chunk = BlobChunk.newBuilder().setData(ByteString.copyFrom(buffer.flip()));
      if (sent == 0) {
        chunk.setTotalBytes(bytes);
      }
      sent += buffer.limit();
      out.onNext(chunk.build());
      if (sent == bytes) {
        isDone = true;
        close();
        out.onCompleted();
      }
    }

    private void close() {
      isDone = true;
      try {
        channel.close();
      } catch (IOException e) {
        throw new IllegalStateException("a file that was only read cannot be closed", e);
      }
    }
  }
}
