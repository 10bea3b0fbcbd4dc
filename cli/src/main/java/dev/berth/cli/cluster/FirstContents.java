package dev.berth.cli.cluster;

import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.upload.BasePublication;
import dev.berth.cli.upload.Deployment;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.CreateAppRequest;
import dev.berth.proto.v1.CreateTenantRequest;
import dev.berth.proto.v1.ListAppsRequest;
import dev.berth.proto.v1.ListBasesRequest;
import dev.berth.proto.v1.ListTenantsRequest;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.ScaleRequest;
import dev.berth.proto.v1.Tenant;
import dev.berth.proto.v1.TenantServiceGrpc;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a new cluster begins with: the debian-12 base image and two tenants' sample apps. */
final class FirstContents {
  static final String LINE = "debian-12";

  /** Tenant to sample; each tenant has one app, "hello". */
  private static final Map<String, String> SAMPLES =
      new TreeMap<>(Map.of("acme", "hello-python", "umbrella", "hello-node"));

  private static final String APP = "hello";

  private final Cluster cluster;
  private final Path home;
  private final StateDirectory state;
  private final Progress progress;

  FirstContents(Cluster cluster, Path home, StateDirectory state, Progress progress) {
    this.cluster = cluster;
    this.home = home;
    this.state = state;
    this.progress = progress;
  }

  void ensureBase() {
    boolean published =
        cluster
            .ask(
                BaseServiceGrpc::newBlockingStub,
                it -> it.listBases(ListBasesRequest.getDefaultInstance()))
            .getBasesList()
            .stream()
            .anyMatch(base -> base.getLine().equals(LINE));
    if (published) {
      return;
    }
    Path image = new BaseRecipe(home, LINE, progress).image(state.log("base-" + LINE));
    new BasePublication(cluster, progress).publish(LINE, image, "made by berth up");
    progress.milestone("Base image " + LINE + " published.");
  }

  /** Makes whatever is missing; leaves alone what someone has changed. */
  void ensureSamples() {
    List<String> tenants =
        cluster
            .ask(
                TenantServiceGrpc::newBlockingStub,
                it -> it.listTenants(ListTenantsRequest.getDefaultInstance()))
            .getTenantsList()
            .stream()
            .map(Tenant::getName)
            .toList();
    Map<String, App> apps = new TreeMap<>();
    apps().forEach(app -> apps.put(app.getTenant() + "/" + app.getName(), app));
    SAMPLES.forEach((tenant, sample) -> {
      if (!tenants.contains(tenant)) {
        createTenant(tenant);
      }
      App app = apps.get(tenant + "/" + APP);
      if (app == null || app.getCurrentRelease() == 0) {
        deploy(tenant, sample, app == null);
      }
    });
  }

  private void createTenant(String tenant) {
    CreateTenantRequest request =
        CreateTenantRequest.newBuilder().setMutation(cluster.mutation()).setName(tenant).build();
    cluster.ask(TenantServiceGrpc::newBlockingStub, it -> it.createTenant(request));
  }

  private void deploy(String tenant, String sample, boolean fresh) {
    AppName name = AppName.newBuilder().setTenant(tenant).setApp(APP).build();
    progress.milestone("Deploying the sample " + tenant + "/" + APP + " (" + sample + ") ...");
    if (fresh) {
      CreateAppRequest request =
          CreateAppRequest.newBuilder().setMutation(cluster.mutation()).setName(name).build();
      cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.createApp(request));
    }
    Path source = home.resolve("deploy/samples").resolve(sample);
    new Deployment(cluster, progress).deploy(name, source, "sample");
    ScaleRequest scale =
        ScaleRequest.newBuilder()
            .setMutation(cluster.mutation())
            .setName(name)
            .addChanges(ScaleChange.newBuilder().setProcessType("web").setCount(2))
            .addChanges(ScaleChange.newBuilder().setProcessType("worker").setCount(1))
            .build();
    cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.scale(scale));
  }

  /** Every app of the cluster. */
  List<App> apps() {
    return cluster
        .ask(
            AppServiceGrpc::newBlockingStub,
            it -> it.listApps(ListAppsRequest.getDefaultInstance()))
        .getAppsList();
  }
}
