package dev.berth.cli.upload;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.berth.cli.output.Progress;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Bytes written here go out over one client-streaming call, in chunks of at most 256 KiB.
 *
 * <p>Waits when the cluster takes them slower than they come; holds one chunk at most. Confined to
 * one thread.
 */
final class ChunkedUpload<Q> extends OutputStream {
  private static final int CHUNK = 256 << 10;

  private final BlockingClientCall<Q, ?> call;
  private final Function<ByteString, Q> message;
  private final Progress progress;
  private final long total;
  private final byte[] chunk = new byte[CHUNK];
  private int filled;
  private long sent;
  private boolean refused;

  ChunkedUpload(
      BlockingClientCall<Q, ?> call,
      Function<ByteString, Q> message,
      Progress progress,
      long total) {
    this.call = call;
    this.message = message;
    this.progress = progress;
    this.total = total;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      int part = Math.min(left, CHUNK - filled);
      System.arraycopy(buffer, at, chunk, filled, part);
      filled += part;
      at += part;
      left -= part;
      if (filled == CHUNK) {
        send();
      }
    }
  }

  /** The rest is sent, and the cluster knows that this was all. */
  @Override
  public void close() throws IOException {
    send();
    call.halfClose();
  }

  private void send() throws IOException {
    if (filled == 0 || refused) {
      return;
    }
    ByteString bytes = UnsafeByteOperations.unsafeWrap(Arrays.copyOf(chunk, filled));
    try {
      // False when the call is over already; the cluster's reason is read with the answer.
      refused = !call.write(message.apply(bytes));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while uploading");
    } catch (StatusException over) {
      refused = true;
    }
    sent += filled;
    filled = 0;
    progress.bytes("Uploading", sent, total);
  }
}
