package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.AppReference;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.Autoscale;
import dev.berth.proto.v1.CreateAppRequest;
import dev.berth.proto.v1.DestroyAppRequest;
import dev.berth.proto.v1.Formation;
import dev.berth.proto.v1.ListAppsRequest;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The apps of a tenant, or of all. */
@Command(
    name = "apps",
    description = "List apps, or create and destroy them.",
    footer = "JSON: one App object per line.")
public final class AppsCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  @Option(names = "--tenant", paramLabel = "TENANT", description = "Only this tenant's.")
  private @Nullable String tenant;

  public AppsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return list(on, tenant);
  }

  @Command(description = "List apps.", footer = "JSON: one App per line.")
  int list(
      @Mixin ClusterOptions on,
      @Option(names = "--tenant", paramLabel = "TENANT", description = "Only this tenant's.")
          @Nullable String tenant) {
    try (Cluster cluster = on.open(surroundings)) {
      ListAppsRequest request =
          ListAppsRequest.newBuilder().setTenant(tenant == null ? "" : tenant).build();
      List<App> apps =
          cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.listApps(request)).getAppsList();
      new Answer(surroundings.terminal(), on.json)
          .list(apps, () -> table(apps), "No apps yet. Next: berth apps create TENANT/APP");
      return 0;
    }
  }

  @Command(description = "Create an app.", footer = "JSON: the App.")
  int create(
      @Mixin ClusterOptions on,
      @Parameters(paramLabel = "TENANT/APP") String app,
      @Option(
              names = "--base",
              paramLabel = "LINE",
              defaultValue = "",
              description =
                  "Base line of its releases, e.g. debian-12; else the cluster's default.")
          String base) {
    try (Cluster cluster = on.open(surroundings)) {
      CreateAppRequest request =
          CreateAppRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setName(named(app))
              .setBaseLine(base)
              .build();
      App made = cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.createApp(request));
      new Answer(surroundings.terminal(), on.json)
          .one(
              made,
              () ->
                  "App "
                      + app
                      + " created; it will answer at "
                      + String.join(", ", made.getDomainsList())
                      + ". Next: berth deploy DIR -a "
                      + app);
      return 0;
    }
  }

  @Command(description = "Show one app.", footer = "JSON: the App.")
  int info(
      @Mixin ClusterOptions on,
      @Mixin AppOption option,
      @Parameters(paramLabel = "TENANT/APP", arity = "0..1") @Nullable String app) {
    AppName name = app == null ? option.name(surroundings) : named(app);
    try (Cluster cluster = on.open(surroundings)) {
      App found = cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.getApp(name));
      new Answer(surroundings.terminal(), on.json).table(found, () -> details(found));
      return 0;
    }
  }

  @Command(
      description = "Stop an app's instances and forget it, its releases and domains.",
      footer = "JSON: {\"destroyed\": \"TENANT/APP\"}.")
  int destroy(@Mixin ClusterOptions on, @Parameters(paramLabel = "TENANT/APP") String app) {
    AppName name = named(app);
    try (Cluster cluster = on.open(surroundings)) {
      DestroyAppRequest request =
          DestroyAppRequest.newBuilder().setMutation(cluster.mutation()).setName(name).build();
      cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.destroyApp(request));
      new Answer(surroundings.terminal(), on.json)
          .one(Json.object().put("destroyed", app), () -> "App " + app + " destroyed.");
      return 0;
    }
  }

  private AppName named(String app) {
    return AppReference.find(app, surroundings.environment(), surroundings.workingDirectory());
  }

  private Table table(List<App> apps) {
    Table table = new Table("app", "release", "formation", "domains");
    for (App it : apps) {
      table.row(
          it.getTenant() + "/" + it.getName(),
          it.getCurrentRelease() == 0 ? "-" : "v" + it.getCurrentRelease(),
          formation(it.getFormationList()),
          String.join(" ", it.getDomainsList()));
    }
    return table;
  }

  private Table details(App app) {
    Instant now = surroundings.clock().instant();
    return new Table("what", app.getTenant() + "/" + app.getName())
        .row("release", app.getCurrentRelease() == 0 ? "none yet" : "v" + app.getCurrentRelease())
        .row("formation", formation(app.getFormationList()))
        .row("domains", String.join(" ", app.getDomainsList()))
        .row("base line", app.getBaseLine())
        .row("version", app.getVersion())
        .row("created", Words.since(app.getCreatedAt(), now) + " ago");
  }

  /** "web=4:small (autoscaled 2 to 10, p95=200ms) worker=1:nano" */
  static String formation(List<Formation> formation) {
    return formation.stream()
        .map(it -> it.getProcessType() + "=" + it.getCount() + ":" + it.getSize() + autoscaled(it))
        .collect(Collectors.joining(" "));
  }

  private static String autoscaled(Formation formation) {
    if (!formation.hasAutoscale()) {
      return "";
    }
    Autoscale policy = formation.getAutoscale();
    return " (autoscaled %d to %d, %s)"
        .formatted(
            policy.getMin(),
            policy.getMax(),
            switch (policy.getTargetCase()) {
              case REQUESTS -> "rps=" + policy.getRequests();
              case CPU_PERCENT -> "cpu=" + policy.getCpuPercent() + "%";
              case QUEUE -> "queue=" + policy.getQueue().getJobs();
              case P95_MILLIS, TARGET_NOT_SET -> "p95=" + policy.getP95Millis() + "ms";
            });
  }
}
