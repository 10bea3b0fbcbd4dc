package dev.berth.scheduler.api;

import com.google.protobuf.ByteString;
import dev.berth.scheduler.blobs.IncomingBlob;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One file on its way in: a header that announces it, then its bytes.
 *
 * <p>Takes one message at a time, writes it, asks for the next. More bytes than announced, or bytes
 * of another digest, are refused. Nothing is left behind unless the end was reached and it chose to
 * keep the file. Confined to one call.
 */
final class Upload<Q, H> implements StreamObserver<Q> {
  /** What the header promises. */
  record Announced(String digest, long bytes, long maxBytes, Codes codes) {}

  /** How a file is refused that is too large, or is another one than announced. */
  record Codes(RefusalCode tooLarge, RefusalCode mismatch) {}

  /** One message, taken apart. */
  sealed interface Part<H> {}

  record Begin<H>(H header, Announced announced) implements Part<H> {}

  record Chunk<H>(ByteString bytes) implements Part<H> {}

  /**
   * A complete file, whose digest is as announced; removed when the end returns without keeping.
   */
  record Received(IncomingBlob blob, Digest digest) {}

  /** What to do with a complete file; answers the call. */
  @FunctionalInterface
  interface End<H> {
    void reached(H header, Received received) throws IOException, InterruptedException;
  }

  private final Uploads uploads;
  private final ServerCallStreamObserver<?> out;
  private final Function<Q, Part<H>> parts;
  private final End<H> end;
  private @Nullable Begin<H> begun;
  private @Nullable IncomingBlob blob;
  private boolean isOver;

  Upload(Uploads uploads, ServerCallStreamObserver<?> out, Function<Q, Part<H>> parts, End<H> end) {
    this.uploads = uploads;
    this.out = out;
    this.parts = parts;
    this.end = end;
    out.setOnCancelHandler(this::drop);
    out.disableAutoRequest();
    out.request(1);
  }

  @Override
  public void onNext(Q message) {
    if (isOver) {
      return;
    }
    try {
      switch (parts.apply(message)) {
        case Begin<H> begin -> begin(begin);
        case Chunk<H>(ByteString bytes) -> write(bytes);
      }
      out.request(1);
    } catch (StatusRuntimeException refused) {
      fail(refused);
    } catch (IOException e) {
      fail(Desk.broken(e));
    }
  }

  private void begin(Begin<H> begin) throws IOException {
    Announced announced = begin.announced();
    if (begun != null) {
      throw invalid("header", "the header comes once, as the first message");
    }
    if (!Digest.isLegal(announced.digest())) {
      throw invalid("digest", "the digest must be 64 digits of 0-9a-f");
    }
    if (announced.bytes() < 1 || announced.bytes() > announced.maxBytes()) {
      throw Refusing.asStatus(
          announced.codes().tooLarge(),
          "bytes",
          "the file has %s bytes; 1 to %d are allowed"
              .formatted(Long.toUnsignedString(announced.bytes()), announced.maxBytes()),
          "leave out what the app does not need, or ask an operator for a higher limit");
    }
    begun = begin;
    blob = uploads.begin();
  }

  private void write(ByteString bytes) throws IOException {
    Begin<H> begin = begun;
    IncomingBlob to = blob;
    if (begin == null || to == null) {
      throw invalid("header", "the first message must be the header");
    }
    if (to.bytes() + bytes.size() > begin.announced().bytes()) {
      throw invalid(
          "bytes", "more bytes came than the " + begin.announced().bytes() + " announced");
    }
    for (ByteBuffer buffer : bytes.asReadOnlyByteBufferList()) {
      to.write(buffer);
    }
  }

  @Override
  public void onCompleted() {
    if (isOver) {
      return;
    }
    Begin<H> begin = begun;
    IncomingBlob complete = blob;
    try {
      if (begin == null || complete == null) {
        throw invalid("header", "the first message must be the header");
      }
      Digest digest = complete.finish();
      check(begin.announced(), complete, digest);
      end.reached(begin.header(), new Received(complete, digest));
      drop();
    } catch (StatusRuntimeException refused) {
      fail(refused);
    } catch (IOException e) {
      fail(Desk.broken(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      drop();
    }
  }

  private static void check(Announced announced, IncomingBlob blob, Digest digest) {
    if (!digest.hex().equals(announced.digest()) || blob.bytes() != announced.bytes()) {
      throw Refusing.asStatus(
          announced.codes().mismatch(),
          "digest",
          "%d bytes with digest %s came, but %d bytes with digest %s were announced"
              .formatted(blob.bytes(), digest, announced.bytes(), announced.digest()),
          "send it again; the files may have changed while they were being packed");
    }
  }

  @Override
  public void onError(Throwable failure) {
    drop();
  }

  private void fail(StatusRuntimeException refused) {
    drop();
    out.onError(refused);
  }

  private void drop() {
    isOver = true;
    IncomingBlob left = blob;
    blob = null;
    if (left != null) {
      try {
        uploads.end(left);
      } catch (IOException e) {
        throw Desk.broken(e);
      }
    }
  }

  private static StatusRuntimeException invalid(String field, String reason) {
    return Refusing.asStatus(
        RefusalCode.INVALID_REQUEST, field, reason, "use the berth command line of this version");
  }
}
