package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.Labels;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that an instance asks of a node. Equal instances ask the same. */
public record Need(TenantId tenant, String pool, Capacity capacity, Demands demands) {

  /** Of an instance of this size, as tenant and formation are now. */
  public static Need of(ClusterState state, ProcessTypeId type, Size size) {
    App app = state.apps().get(type.app());
    if (type.isShadow()) {
      return of(state, type, size, ofShadow(app));
    }
    Formation formation = app == null ? null : app.formation().get(type.name());
    return of(state, type, size, formation == null ? Demands.NONE : formation.demands());
  }

  public static Need of(ClusterState state, ProcessTypeId type, Size size, Demands demands) {
    TenantId tenant = type.app().tenant();
    String pool = state.tenant(tenant).map(Tenant::pool).orElse(NodePool.DEFAULT);
    return new Need(tenant, pool, size.booked(), demands);
  }

  /** Where the app's requests go to, and before nobody. */
  private static Demands ofShadow(@Nullable App app) {
    Formation web = app == null ? null : app.formation().get(ProcessType.WEB);
    List<Requirement> where = web == null ? List.of() : web.demands().where();
    return new Demands(where, false, Priority.PREEMPTIBLE);
  }

  boolean isInPool(KnownNode node) {
    return node.pool().equals(pool);
  }

  /** Is the node, if it is a tenant's own, this tenant's? */
  boolean isWelcome(Map<String, String> labels) {
    String owner = labels.get(Labels.TENANT);
    return owner == null || owner.equals(tenant.name());
  }

  boolean likes(Map<String, String> labels) {
    for (Requirement requirement : demands.where()) {
      if (!requirement.admits(labels)) {
        return false;
      }
    }
    return true;
  }

  /** Would the node take one if it were empty and well? */
  public boolean couldGoTo(KnownNode node, NodePools pools) {
    Map<String, String> labels = node.allLabels();
    return isInPool(node)
        && isWelcome(labels)
        && likes(labels)
        && pools.named(pool).promises(node.capacity()).holds(capacity);
  }

  public Need with(Capacity other) {
    return new Need(tenant, pool, other, demands);
  }
}
