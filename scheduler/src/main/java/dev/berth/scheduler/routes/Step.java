package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.ProcessTypeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pcollections.TreePMap;

/** A table and what led to it. */
public record Step(RouteTable table, RouteDelta delta) {

  /** Collects what differs from a table. Confined to one pass. */
  static final class Builder {
    private final RouteTable before;
    private TreePMap<ProcessTypeId, Pool> pools;
    private TreePMap<String, ProcessTypeId> hosts;
    private TreePMap<ProcessTypeId, List<String>> domains;
    private final Set<ProcessTypeId> touchedPools = new TreeSet<>();
    private final Set<String> touchedHosts = new TreeSet<>();

    Builder(RouteTable before) {
      this.before = before;
      this.pools = before.pools();
      this.hosts = before.hosts();
      this.domains = before.domains();
    }

    void put(Pool pool, List<String> names) {
      Pool old = pools.get(pool.id());
      if (!pool.equals(old)) {
        pools = pools.plus(pool.id(), pool);
        touchedPools.add(pool.id());
      }
      List<String> had = before.domains(pool.id());
      if (!had.equals(names)) {
        removeHosts(pool.id(), had);
        domains = domains.plus(pool.id(), names);
        for (String domain : names) {
          hosts = hosts.plus(domain, pool.id());
          touchedHosts.add(domain);
        }
      }
    }

    void remove(ProcessTypeId pool) {
      if (pools.containsKey(pool)) {
        pools = pools.minus(pool);
        touchedPools.add(pool);
      }
      removeHosts(pool, before.domains(pool));
      domains = domains.minus(pool);
    }

    /** A hostname may have moved to another pool already. */
    private void removeHosts(ProcessTypeId pool, List<String> names) {
      for (String domain : names) {
        if (pool.equals(hosts.get(domain))) {
          hosts = hosts.minus(domain);
          touchedHosts.add(domain);
        }
      }
    }

    Step build() {
      if (touchedPools.isEmpty() && touchedHosts.isEmpty()) {
        return new Step(before, RouteDelta.nothing(before.version()));
      }
      long version = before.version() + 1;
      var table = new RouteTable(version, pools, hosts, domains);
      var putPools = new ArrayList<Pool>();
      var removedPools = new ArrayList<ProcessTypeId>();
      for (ProcessTypeId id : touchedPools) {
        Pool pool = pools.get(id);
        if (pool == null) {
          removedPools.add(id);
        } else {
          putPools.add(pool);
        }
      }
      var putHosts = new TreeMap<String, ProcessTypeId>();
      var removedHosts = new ArrayList<String>();
      for (String host : touchedHosts) {
        ProcessTypeId pool = hosts.get(host);
        if (pool == null) {
          removedHosts.add(host);
        } else {
          putHosts.put(host, pool);
        }
      }
      return new Step(
          table,
          new RouteDelta(
              before.version(), version, putPools, removedPools, putHosts, removedHosts));
    }
  }
}
