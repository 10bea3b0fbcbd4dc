package dev.berth.bench.million;

import dev.berth.bench.cluster.ClusterApi;
import dev.berth.identity.Identity;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.ScaleRequest;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Asks one scheduler, without patience, whether it takes commands. Confined to one thread. */
final class CommandProbe implements AutoCloseable {
  private final ManagedChannel channel;

  CommandProbe(Path operatorIdentity, String address) {
    this.channel =
        Grpc.newChannelBuilder(address, Identity.load(operatorIdentity).channelCredentials())
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .build();
  }

  /** By a command that asks for what is there already. */
  boolean isServed(Dimensions dimensions) {
    channel.resetConnectBackoff();
    try {
      var _ =
          AppServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .scale(
                  ScaleRequest.newBuilder()
                      .setMutation(Mutation.getDefaultInstance())
                      .setName(ClusterApi.name(dimensions.app(0)))
                      .addChanges(
                          ScaleChange.newBuilder()
                              .setProcessType(MillionCluster.PROCESS_TYPE)
                              .setCount(dimensions.perApp()))
                      .build());
      return true;
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
