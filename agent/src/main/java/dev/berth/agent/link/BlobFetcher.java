package dev.berth.agent.link;

import dev.berth.agent.runtime.BlobSource;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.AgentLinkGrpc;
import dev.berth.proto.v1.BlobChunk;
import dev.berth.proto.v1.FetchBlobRequest;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * Images from the scheduler's store.
 *
 * <p>A blob that is longer or shorter than was said is no blob; its hash is checked by the caller.
 * What is left of a fetch that failed is removed. Thread-safe.
 */
public final class BlobFetcher implements BlobSource {
  private static final long LONGEST_MINUTES = 10;

  private final Schedulers schedulers;

  public BlobFetcher(Schedulers schedulers) {
    this.schedulers = schedulers;
  }

  @Override
  public void fetch(String digest, Path target) throws IOException {
    boolean whole = false;
    // Cancelled in any case, so that a fetch that is given up does not go on behind our back.
    CancellableContext call = Context.current().withCancellation();
    Context before = call.attach();
    try (FileChannel file =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      copy(digest, file);
      whole = true;
    } catch (StatusRuntimeException failure) {
      throw new IOException(reason(digest, failure.getStatus()), failure);
    } finally {
      call.detach(before);
      call.cancel(null);
      if (!whole) {
        Files.deleteIfExists(target);
      }
    }
  }

  private void copy(String digest, FileChannel file) throws IOException {
    Iterator<BlobChunk> chunks =
        AgentLinkGrpc.newBlockingStub(schedulers.channel())
            .withDeadlineAfter(LONGEST_MINUTES, TimeUnit.MINUTES)
            .fetchBlob(FetchBlobRequest.newBuilder().setDigest(digest).build());
    long total = 0;
    long written = 0;
    while (chunks.hasNext()) {
      BlobChunk chunk = chunks.next();
      total = written == 0 ? chunk.getTotalBytes() : total;
      written += chunk.getData().size();
      if (written > total) {
        break;
      }
      for (ByteBuffer bytes : chunk.getData().asReadOnlyByteBufferList()) {
        while (bytes.hasRemaining()) {
          file.write(bytes);
        }
      }
    }
    if (written != total) {
      throw new IOException(
          "image " + digest + " should have " + total + " bytes; " + written + " or more came");
    }
  }

  private static String reason(String digest, Status status) {
    return switch (status.getCode()) {
      case NOT_FOUND -> "image " + digest + " is not in the cluster's store; deploy it again";
      case UNAVAILABLE -> "image " + digest + " is not on the node, and no scheduler answers";
      default -> "image " + digest + " could not be fetched: " + status;
    };
  }
}
