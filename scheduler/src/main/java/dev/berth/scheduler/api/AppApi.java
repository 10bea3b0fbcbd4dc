package dev.berth.scheduler.api;

import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.ChangeConfigRequest;
import dev.berth.proto.v1.ChangeConfigResponse;
import dev.berth.proto.v1.Config;
import dev.berth.proto.v1.CreateAppRequest;
import dev.berth.proto.v1.DestroyAppRequest;
import dev.berth.proto.v1.DestroyAppResponse;
import dev.berth.proto.v1.DomainRequest;
import dev.berth.proto.v1.InstanceList;
import dev.berth.proto.v1.ListAppsRequest;
import dev.berth.proto.v1.ListAppsResponse;
import dev.berth.proto.v1.ListInstancesRequest;
import dev.berth.proto.v1.RestartRequest;
import dev.berth.proto.v1.RestartResponse;
import dev.berth.proto.v1.ScaleRequest;
import dev.berth.proto.v1.SetAutoscaleRequest;
import dev.berth.proto.v1.SetRolloutRequest;
import dev.berth.proto.v1.SteerDeployRequest;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.wire.Values;
import io.grpc.stub.StreamObserver;

/** Apps: formation, config, domains, instances. Thread-safe. */
final class AppApi extends AppServiceGrpc.AppServiceImplBase {
  private final Desk desk;
  private final Watches watches;

  AppApi(Desk desk, Watches watches) {
    this.desk = desk;
    this.watches = watches;
  }

  @Override
  public void createApp(CreateAppRequest request, StreamObserver<App> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.CreateApp(Values.appName(request.getName()), request.getBaseLine()),
        Apps::changed);
  }

  @Override
  public void getApp(AppName request, StreamObserver<App> out) {
    desk.answer(out, asked -> Apps.app(asked.app(request)));
  }

  @Override
  public void listApps(ListAppsRequest request, StreamObserver<ListAppsResponse> out) {
    desk.answer(
        out,
        asked -> {
          ListAppsResponse.Builder apps = ListAppsResponse.newBuilder();
          asked.snapshot().state().apps().values().stream()
              .filter(app -> asked.caller().maySee(app.id().tenant()))
              .filter(app ->
                  request.getTenant().isEmpty()
                      || app.id().tenant().name().equals(request.getTenant()))
              .forEach(app -> apps.addApps(Apps.app(app)));
          return apps.build();
        });
  }

  @Override
  public void destroyApp(DestroyAppRequest request, StreamObserver<DestroyAppResponse> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.DestroyApp(Values.appName(request.getName())),
        _ -> DestroyAppResponse.getDefaultInstance());
  }

  @Override
  public void scale(ScaleRequest request, StreamObserver<App> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ ->
            new Command.Scale(
                Values.appName(request.getName()),
                request.getChangesList().stream().map(Values::scaleChange).toList()),
        Apps::changed);
  }

  @Override
  public void setAutoscale(SetAutoscaleRequest request, StreamObserver<App> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ ->
            new Command.SetAutoscale(
                Values.appName(request.getName()),
                request.getProcessType(),
                request.hasAutoscale() ? Values.autoscale(request.getAutoscale()) : null),
        Apps::changed);
  }

  @Override
  public void restart(RestartRequest request, StreamObserver<RestartResponse> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.Restart(Values.appName(request.getName()), request.getTarget()),
        result ->
            RestartResponse.newBuilder()
                .setInstances(Results.as(Outcome.Result.Restarting.class, result).instances())
                .build());
  }

  @Override
  public void getConfig(AppName request, StreamObserver<Config> out) {
    desk.answer(
        out,
        asked -> {
          var app = asked.app(request);
          return Config.newBuilder().putAllValues(app.config()).setVersion(app.version()).build();
        });
  }

  @Override
  public void changeConfig(ChangeConfigRequest request, StreamObserver<ChangeConfigResponse> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ ->
            new Command.ChangeConfig(
                Values.appName(request.getName()), request.getSetMap(), request.getUnsetList()),
        result -> {
          var made = Results.as(Outcome.Result.ReleaseResult.class, result);
          Release release = made.release();
          return ChangeConfigResponse.newBuilder()
              .setApp(Apps.app(made.app()))
              .setRelease(release == null ? 0 : release.id().number())
              .build();
        });
  }

  @Override
  public void setRollout(SetRolloutRequest request, StreamObserver<App> out) {
    desk.submit(out, request.getMutation(), _ -> Rollouts.set(request), Apps::changed);
  }

  @Override
  public void steerDeploy(SteerDeployRequest request, StreamObserver<App> out) {
    desk.submit(out, request.getMutation(), _ -> Rollouts.steer(request), Apps::changed);
  }

  @Override
  public void addDomain(DomainRequest request, StreamObserver<App> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.AddDomain(Values.appName(request.getName()), request.getHostname()),
        Apps::changed);
  }

  @Override
  public void removeDomain(DomainRequest request, StreamObserver<App> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.RemoveDomain(Values.appName(request.getName()), request.getHostname()),
        Apps::changed);
  }

  @Override
  public void listInstances(ListInstancesRequest request, StreamObserver<InstanceList> out) {
    desk.answer(
        out, asked -> Instances.of(asked.snapshot(), asked.app(request.getName()), asked.caller()));
  }

  @Override
  public void getMetrics(AppName request, StreamObserver<dev.berth.proto.v1.AppMetrics> out) {
    desk.answer(out, asked -> AppMetrics.of(asked.snapshot(), asked.app(request)));
  }

  @Override
  public void watchInstances(ListInstancesRequest request, StreamObserver<InstanceList> out) {
    watches.instances(request.getName(), out);
  }
}
