package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.backup.BackupFile;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.AdminServiceGrpc;
import dev.berth.proto.v1.BackupRequest;
import dev.berth.proto.v1.RestoreOrder;
import dev.berth.proto.v1.RestoreRequest;
import dev.berth.proto.v1.RestoreResponse;
import dev.berth.proto.v1.StatePart;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.security.SecureRandom;

/** Brings a cluster's state into a file and back. Confined to one thread. */
final class StateTransfer {
  private final Cluster cluster;

  StateTransfer(Cluster cluster) {
    this.cluster = cluster;
  }

  BackupFile.Contents backUp(BackupFile to) {
    to.requireAbsent();
    return cluster.converse(
        AdminServiceGrpc::newBlockingStub,
        it -> to.write(it.backup(BackupRequest.getDefaultInstance()), new SecureRandom()));
  }

  /** The file was verified before. */
  RestoreResponse restore(BackupFile from, RestoreOrder order) {
    return cluster.converse(
        AdminServiceGrpc::newBlockingV2Stub,
        it -> {
          BlockingClientCall<RestoreRequest, RestoreResponse> call = it.restore();
          var sending = new Sending(call);
          sending.send(RestoreRequest.newBuilder().setOrder(order).build());
          from.each(sending::send);
          call.halfClose();
          RestoreResponse answer = call.read();
          if (answer == null) {
            throw CommandFailure.host(
                "the cluster ended the restore without an answer", "look at: berth status");
          }
          return answer;
        });
  }

  /** When the call is over already, the reason is read with the answer. */
  private record Sending(BlockingClientCall<RestoreRequest, RestoreResponse> call) {
    void send(StatePart part) {
      send(RestoreRequest.newBuilder().setState(part).build());
    }

    void send(RestoreRequest request) {
      try {
        boolean _ = call.write(request);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while restoring", interrupted);
      } catch (StatusException | StatusRuntimeException over) {
        // told by the answer
      }
    }
  }
}
