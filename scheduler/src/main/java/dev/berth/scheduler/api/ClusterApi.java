package dev.berth.scheduler.api;

import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ClusterStatus;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.ListSizesRequest;
import dev.berth.proto.v1.ListSizesResponse;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.Sizes;
import dev.berth.scheduler.wire.Values;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.function.Predicate;

/** The cluster as a whole. Thread-safe. */
final class ClusterApi extends ClusterServiceGrpc.ClusterServiceImplBase {
  private final Desk desk;
  private final ClusterFacts facts;

  ClusterApi(Desk desk, ClusterFacts facts) {
    this.desk = desk;
    this.facts = facts;
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<ClusterStatus> out) {
    desk.answer(out, asked -> status(asked.snapshot()));
  }

  @Override
  public void listSizes(ListSizesRequest request, StreamObserver<ListSizesResponse> out) {
    desk.answer(
        out,
        _ ->
            ListSizesResponse.newBuilder()
                .addAllSizes(Sizes.ALL.stream().map(Values::size).toList())
                .build());
  }

  private ClusterStatus status(Snapshot snapshot) {
    var state = snapshot.state();
    return ClusterStatus.newBuilder()
        .setClusterId(facts.id())
        .setDomain(facts.domain())
        .setVersion(facts.version())
        .setEpoch(snapshot.epoch())
        .setNodesTotal(state.nodes().size())
        .setNodesReady(
            count(
                state.nodes().keySet(),
                id -> snapshot.actual().liveness(id) == Actual.Liveness.READY))
        .setNodesUnverified(snapshot.actual().unverified())
        .setRoutersConnected(
            count(snapshot.actual().routers().values(), Actual.RouterActual::isConnected))
        .setTenants(state.tenants().size())
        .setApps(state.apps().size())
        .setInstancesWanted(state.apps().values().stream().mapToInt(ClusterApi::wanted).sum())
        .setInstancesRunning(
            count(snapshot.actual().placements().values(), PlacementReport::isRunning))
        .setInstancesPending(snapshot.pending().size())
        .setBrake(AdminApi.brake(snapshot))
        .setLastEvent(state.counters().lastEvent())
        .build();
  }

  private static int wanted(App app) {
    return app.isDeployed()
        ? app.formation().values().stream().mapToInt(Formation::count).sum()
        : 0;
  }

  private static <T> int count(Collection<T> all, Predicate<? super T> wanted) {
    return (int) all.stream().filter(wanted).count();
  }
}
