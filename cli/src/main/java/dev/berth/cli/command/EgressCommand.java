package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Table;
import dev.berth.proto.v1.EgressPolicy;
import dev.berth.proto.v1.SetEgressRequest;
import dev.berth.proto.v1.Tenant;
import dev.berth.proto.v1.TenantServiceGrpc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows or changes where a tenant's instances may open connections to. */
record EgressCommand(Surroundings surroundings, ClusterOptions on) {

  /** What the caller named; a list that is null stays as it is. */
  record Change(@Nullable List<String> allow, @Nullable List<String> deny, boolean clear) {
    boolean asksOnly() {
      return allow == null && deny == null && !clear;
    }

    EgressPolicy after(EgressPolicy before) {
      EgressPolicy.Builder egress = clear ? EgressPolicy.newBuilder() : before.toBuilder();
      if (allow != null) {
        egress.clearAllow().addAllAllow(allow);
      }
      if (deny != null) {
        egress.clearDeny().addAllDeny(deny);
      }
      return egress.build();
    }
  }

  int run(String name, Change change) {
    try (Cluster cluster = on.open(surroundings)) {
      Tenant before = TenantsCommand.find(cluster, name);
      Tenant after = change.asksOnly() ? before : set(cluster, before, change);
      new Answer(surroundings.terminal(), on.json).table(after, () -> table(after.getEgress()));
      return 0;
    }
  }

  private static Tenant set(Cluster cluster, Tenant before, Change change) {
    SetEgressRequest request =
        SetEgressRequest.newBuilder()
            .setMutation(cluster.mutation().toBuilder().setExpectedVersion(before.getVersion()))
            .setName(before.getName())
            .setEgress(change.after(before.getEgress()))
            .build();
    return cluster.ask(TenantServiceGrpc::newBlockingStub, it -> it.setEgress(request));
  }

  private static Table table(EgressPolicy egress) {
    Table table = new Table("egress", "networks");
    table.row("allow", networks(egress.getAllowList(), "everything that is not denied"));
    table.row("deny", networks(egress.getDenyList(), "nothing more than what is never reachable"));
    return table;
  }

  private static String networks(List<String> networks, String none) {
    return networks.isEmpty() ? none : String.join(" ", networks);
  }
}
