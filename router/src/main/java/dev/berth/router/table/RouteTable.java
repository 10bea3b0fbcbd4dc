package dev.berth.router.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routes in force at one version.
 *
 * <p>A change costs the same with ten hostnames as with a million, and leaves the table it started
 * from as it was. A hostname whose pool is not known has a pool without instances. Immutable.
 */
public final class RouteTable {
  private static final RouteTable EMPTY =
      new RouteTable(0, 0, HashTrie.empty(), HashTrie.empty(), 0);

  private final long epoch;
  private final long version;
  private final HashTrie<Pool> pools;
  private final HashTrie<String> hosts;
  private final int routes;

  private RouteTable(
      long epoch, long version, HashTrie<Pool> pools, HashTrie<String> hosts, int routes) {
    this.epoch = epoch;
    this.version = version;
    this.pools = pools;
    this.hosts = hosts;
    this.routes = routes;
  }

  public static RouteTable empty() {
    return EMPTY;
  }

  /**
   * The pool of a hostname in its {@linkplain Hostnames normalised form}; null if no app has it.
   */
  public @Nullable Pool find(String hostname) {
    String poolId = hosts.find(hostname);
    if (poolId == null) {
      return null;
    }
    Pool pool = pools.find(poolId);
    return pool == null ? Pool.absent(poolId) : pool;
  }

  /** The pool of that id, empty if the table does not have it. */
  public Pool pool(String id) {
    Pool pool = pools.find(id);
    return pool == null ? Pool.absent(id) : pool;
  }

  public long epoch() {
    return epoch;
  }

  public long version() {
    return version;
  }

  public int routeCount() {
    return routes;
  }

  public int poolCount() {
    return pools.size();
  }

  public int hostCount() {
    return hosts.size();
  }

  RouteTable with(Delta delta) {
    HashTrie<Pool> newPools = pools;
    HashTrie<String> newHosts = hosts;
    int count = routes;
    for (Pool pool : delta.pools()) {
      count += pool.routes().size() - routesOf(newPools.find(pool.id()));
      newPools = newPools.with(pool.id(), pool);
    }
    for (HostEntry host : delta.hosts()) {
      newHosts = newHosts.with(host.hostname(), host.poolId());
    }
    for (String hostname : delta.removedHosts()) {
      newHosts = newHosts.without(hostname);
    }
    for (String id : delta.removedPools()) {
      count -= routesOf(newPools.find(id));
      newPools = newPools.without(id);
    }
    return new RouteTable(delta.epoch(), delta.version(), newPools, newHosts, count);
  }

  static RouteTable of(FullTable full) {
    HashTrie<Pool> pools = HashTrie.empty();
    HashTrie<String> hosts = HashTrie.empty();
    int count = 0;
    for (Pool pool : full.pools()) {
      pools = pools.with(pool.id(), pool);
      count += pool.routes().size();
    }
    for (HostEntry host : full.hosts()) {
      hosts = hosts.with(host.hostname(), host.poolId());
    }
    return new RouteTable(full.epoch(), full.version(), pools, hosts, count);
  }

  /** Everything, in no particular order; what {@code of} would make this table from. */
  public FullTable full() {
    List<Pool> allPools = new ArrayList<>(pools.size());
    pools.forEach((_, pool) -> allPools.add(pool));
    List<HostEntry> allHosts = new ArrayList<>(hosts.size());
    hosts.forEach((hostname, poolId) -> allHosts.add(new HostEntry(hostname, poolId)));
    return new FullTable(epoch, version, allPools, allHosts, allPools.size(), allHosts.size());
  }

  private static int routesOf(@Nullable Pool pool) {
    return pool == null ? 0 : pool.routes().size();
  }
}
