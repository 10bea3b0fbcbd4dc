package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.CreateTenantRequest;
import dev.berth.proto.v1.CreateTenantResponse;
import dev.berth.proto.v1.DestroyTenantRequest;
import dev.berth.proto.v1.ListTenantsRequest;
import dev.berth.proto.v1.Quota;
import dev.berth.proto.v1.SetPoolRequest;
import dev.berth.proto.v1.SetQuotaRequest;
import dev.berth.proto.v1.Tenant;
import dev.berth.proto.v1.TenantServiceGrpc;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The owners of apps. For operators. */
@Command(
    name = "tenants",
    description = "List tenants, or change them (operators).",
    footer = "JSON: one Tenant object per line.")
public final class TenantsCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  public TenantsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return list(on);
  }

  @Command(description = "List tenants with what they use.", footer = "JSON: one Tenant per line.")
  int list(@Mixin ClusterOptions on) {
    try (Cluster cluster = on.open(surroundings)) {
      List<Tenant> tenants =
          cluster
              .ask(
                  TenantServiceGrpc::newBlockingStub,
                  it -> it.listTenants(ListTenantsRequest.getDefaultInstance()))
              .getTenantsList();
      new Answer(surroundings.terminal(), on.json)
          .list(tenants, () -> table(tenants), "No tenants yet. Next: berth tenants create NAME");
      return 0;
    }
  }

  @Command(
      description = "Create a tenant; prints its token, which is shown only this once.",
      footer = "JSON: {\"tenant\": Tenant, \"token\": string}.")
  int create(@Mixin ClusterOptions on, @Parameters(paramLabel = "NAME") String name) {
    try (Cluster cluster = on.open(surroundings)) {
      CreateTenantRequest request =
          CreateTenantRequest.newBuilder().setMutation(cluster.mutation()).setName(name).build();
      CreateTenantResponse made =
          cluster.ask(TenantServiceGrpc::newBlockingStub, it -> it.createTenant(request));
      new Answer(surroundings.terminal(), on.json)
          .one(
              made,
              () -> "Tenant " + name + " created. Its token, shown only now: " + made.getToken());
      return 0;
    }
  }

  @Command(
      description = "Change how much a tenant may use; what is not named stays.",
      footer = "JSON: the Tenant.")
  int quota(
      @Mixin ClusterOptions on,
      @Parameters(paramLabel = "NAME") String name,
      @Option(
              names = "--instances",
              defaultValue = "-1",
              paramLabel = "N",
              description = "Instances of all its apps together.")
          int instances,
      @Option(
              names = "--memory-mib",
              defaultValue = "-1",
              paramLabel = "MIB",
              description = "Memory of all its instances together, MiB.")
          long memoryMib,
      @Option(names = "--apps", defaultValue = "-1", paramLabel = "N", description = "Apps.")
          int apps) {
    if (instances < -1 || memoryMib < -1 || apps < -1) {
      throw CommandFailure.usage("a quota cannot be negative", "give 0 or more");
    }
    try (Cluster cluster = on.open(surroundings)) {
      Tenant before = find(cluster, name);
      Quota.Builder quota = before.getQuota().toBuilder();
      if (instances >= 0) {
        quota.setMaxInstances(instances);
      }
      if (memoryMib >= 0) {
        quota.setMaxMemoryMib(memoryMib);
      }
      if (apps >= 0) {
        quota.setMaxApps(apps);
      }
      SetQuotaRequest request =
          SetQuotaRequest.newBuilder()
              .setMutation(cluster.mutation().toBuilder().setExpectedVersion(before.getVersion()))
              .setName(name)
              .setQuota(quota)
              .build();
      Tenant after = cluster.ask(TenantServiceGrpc::newBlockingStub, it -> it.setQuota(request));
      new Answer(surroundings.terminal(), on.json).table(after, () -> table(List.of(after)));
      return 0;
    }
  }

  @Command(
      description =
          "Show or change where a tenant's instances may open connections to. A list that is given"
              + " replaces the one before; it reaches running instances at once.",
      footer = "JSON: the Tenant.")
  int egress(
      @Mixin ClusterOptions on,
      @Parameters(paramLabel = "NAME") String name,
      @Option(
              names = "--allow",
              paramLabel = "CIDR",
              description = "An IPv4 network that may be reached; without any, all may. Repeat it.")
          @Nullable List<String> allow,
      @Option(
              names = "--deny",
              paramLabel = "CIDR",
              description = "An IPv4 network that may not be reached; wins over --allow.")
          @Nullable List<String> deny,
      @Option(names = "--clear", description = "Empty both lists first.") boolean clear) {
    return new EgressCommand(surroundings, on)
        .run(name, new EgressCommand.Change(allow, deny, clear));
  }

  @Command(
      description = "Give a tenant's new instances to the nodes with the label pool=POOL only.",
      footer = "JSON: the Tenant.")
  int pool(
      @Mixin ClusterOptions on,
      @Parameters(paramLabel = "NAME") String name,
      @Parameters(paramLabel = "POOL", description = "default: where tenants are at first.")
          String pool) {
    try (Cluster cluster = on.open(surroundings)) {
      SetPoolRequest request =
          SetPoolRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setName(name)
              .setPool(pool)
              .build();
      Tenant after = cluster.ask(TenantServiceGrpc::newBlockingStub, it -> it.setPool(request));
      new Answer(surroundings.terminal(), on.json)
          .one(after, () -> "New instances of %s go to pool %s.".formatted(name, after.getPool()));
      return 0;
    }
  }

  @Command(
      description = "Destroy a tenant that has no apps.",
      footer = "JSON: {\"destroyed\": NAME}.")
  int destroy(@Mixin ClusterOptions on, @Parameters(paramLabel = "NAME") String name) {
    try (Cluster cluster = on.open(surroundings)) {
      DestroyTenantRequest request =
          DestroyTenantRequest.newBuilder().setMutation(cluster.mutation()).setName(name).build();
      cluster.ask(TenantServiceGrpc::newBlockingStub, it -> it.destroyTenant(request));
      new Answer(surroundings.terminal(), on.json)
          .one(Json.object().put("destroyed", name), () -> "Tenant " + name + " destroyed.");
      return 0;
    }
  }

  static Tenant find(Cluster cluster, String name) {
    return cluster
        .ask(
            TenantServiceGrpc::newBlockingStub,
            it -> it.listTenants(ListTenantsRequest.getDefaultInstance()))
        .getTenantsList()
        .stream()
        .filter(tenant -> tenant.getName().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new CommandFailure(
                dev.berth.cli.ExitCode.REFUSED,
                "TENANT_NOT_FOUND",
                "there is no tenant " + name,
                "see berth tenants"));
  }

  private static Table table(List<Tenant> tenants) {
    Table table = new Table("tenant", "instances", "of", "memory", "of", "apps at most");
    for (Tenant it : tenants) {
      table.row(
          it.getName(),
          it.getInstancesUsed(),
          it.getQuota().getMaxInstances(),
          Words.mib(it.getMemoryMibUsed()),
          Words.mib(it.getQuota().getMaxMemoryMib()),
          it.getQuota().getMaxApps());
    }
    return table;
  }
}
