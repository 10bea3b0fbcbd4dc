package dev.berth.bench.cluster;

import dev.berth.identity.Identity;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.Event;
import dev.berth.proto.v1.EventServiceGrpc;
import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.InstanceList;
import dev.berth.proto.v1.ListEventsRequest;
import dev.berth.proto.v1.ListInstancesRequest;
import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.NodeServiceGrpc;
import dev.berth.proto.v1.ReleaseServiceGrpc;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.ScaleRequest;
import dev.berth.proto.v1.TenantServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The public API as the operator, for what must be quicker than starting the command.
 *
 * <p>Every call waits for a scheduler that is away, and gives up after a minute. Thread-safe.
 */
public final class ClusterApi implements AutoCloseable {
  private final ManagedChannel channel;

  private ClusterApi(ManagedChannel channel) {
    this.channel = channel;
  }

  public static ClusterApi connect(Path operatorIdentity, int port) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return new ClusterApi(
        NettyChannelBuilder.forAddress(
                address, Identity.load(operatorIdentity).channelCredentials())
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .build());
  }

  /** "acme/shop" as the wire has it. */
  public static AppName name(String app) {
    String[] parts = app.split("/", 2);
    return AppName.newBuilder().setTenant(parts[0]).setApp(parts[1]).build();
  }

  public AppServiceGrpc.AppServiceBlockingStub apps() {
    return AppServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public ReleaseServiceGrpc.ReleaseServiceBlockingStub releases() {
    return ReleaseServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public ReleaseServiceGrpc.ReleaseServiceStub releasesAsync() {
    return ReleaseServiceGrpc.newStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public TenantServiceGrpc.TenantServiceBlockingStub tenants() {
    return TenantServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public NodeServiceGrpc.NodeServiceBlockingStub nodes() {
    return NodeServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public BaseServiceGrpc.BaseServiceBlockingStub bases() {
    return BaseServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public ClusterServiceGrpc.ClusterServiceBlockingStub cluster() {
    return ClusterServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  public App scale(String app, String processType, int count) {
    return scale(app, processType, count, "");
  }

  public App scale(String app, String processType, int count, String size) {
    return apps()
        .scale(
            ScaleRequest.newBuilder()
                .setMutation(Mutation.getDefaultInstance())
                .setName(name(app))
                .addChanges(
                    ScaleChange.newBuilder()
                        .setProcessType(processType)
                        .setCount(count)
                        .setSize(size))
                .build());
  }

  public InstanceList instances(String app) {
    return apps().listInstances(ListInstancesRequest.newBuilder().setName(name(app)).build());
  }

  /** Healthy instances of one process type, in order of index. */
  public List<Instance> running(String app, String processType) {
    return instances(app).getInstancesList().stream()
        .filter(it -> it.getProcessType().equals(processType))
        .filter(it -> it.getPhase() == Instance.Phase.RUNNING)
        .toList();
  }

  /** The newest events of one app, oldest first. */
  public List<Event> events(String app) {
    return EventServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .listEvents(ListEventsRequest.newBuilder().setName(name(app)).setLimit(10_000).build())
        .getEventsList();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
