package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
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
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private static final int REMEMBERED_LINES = 12;

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
    progress.milestone("Making the base image " + LINE + " (once; about a minute) ...");
    Path image = state.root().resolve("scheduler").resolve(LINE + ".sqfs");
    try {
      make(image);
      new BasePublication(cluster, progress).publish(LINE, image, "made by berth up");
    } finally {
      deleteQuietly(image);
    }
    progress.milestone("Base image " + LINE + " published.");
  }

  private void make(Path image) {
    Path recipe = home.resolve("deploy/bases").resolve(LINE).resolve("make");
    Path log = state.log("base-" + LINE);
    try {
      Process process =
          new ProcessBuilder(recipe.toString(), image.toString())
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      List<String> last = show(process, log);
      if (process.waitFor() != 0) {
        throw CommandFailure.host(
            "the base image could not be made:\n    " + String.join("\n    ", last),
            "see " + log + "; once it is put right, run berth up again");
      }
    } catch (IOException failure) {
      throw CommandFailure.host(
          recipe + " cannot be run: " + failure.getMessage(), "see that the checkout is complete");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making the base image", interrupted);
    }
  }

  private List<String> show(Process process, Path log) throws IOException {
    List<String> last = new ArrayList<>();
    try (BufferedReader lines = process.inputReader();
        var copy = Files.newBufferedWriter(log)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        copy.write(line);
        copy.newLine();
        if (line.startsWith("step: ")) {
          progress.milestone("  " + line.substring("step: ".length()));
        } else {
          progress.state("  " + line);
        }
        last.add(line);
        if (last.size() > REMEMBERED_LINES) {
          last.removeFirst();
        }
      }
    }
    return last;
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException stays) {
      throw new java.io.UncheckedIOException(file + " cannot be removed", stays);
    }
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
