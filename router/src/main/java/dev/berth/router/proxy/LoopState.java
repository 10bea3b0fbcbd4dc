package dev.berth.router.proxy;

import dev.berth.router.metrics.LogLines;
import dev.berth.router.metrics.LoopCounters;
import dev.berth.router.metrics.LoopTallies;
import dev.berth.router.table.Pool;
import dev.berth.router.table.RouteTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one event loop needs to answer requests, its own copy of it.
 *
 * <p>Has the table in force, the pools in use, and the clients to look after. Confined to one event
 * loop.
 */
final class LoopState {
  /** How often deadlines are looked at; a deadline is met at most this much late. */
  static final Duration TICK = Duration.ofMillis(100);

  /** Longest time for which a withdrawn route's last requests hold up its release. */
  static final Duration LET_GO = Duration.ofSeconds(1);

  private static final int TICKS_PER_SWEEP = 5;

  private final ProxySettings settings;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final LoopCounters counters;
  private final @Nullable LogLines log;
  private final Map<String, LoopPool> pools = new HashMap<>();
  private final LoopTallies tallies = new LoopTallies();
  private final List<ClientHandler> clients = new ArrayList<>();
  private final List<LoopRoute> leaving = new ArrayList<>();
  private RouteTable table = RouteTable.empty();
  private int ticks;
  private int held;
  private boolean draining;

  LoopState(
      ProxySettings settings,
      LongSupplier nanoTime,
      RandomGenerator random,
      LoopCounters counters,
      @Nullable LogLines log) {
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.random = random;
    this.counters = counters;
    this.log = log;
  }

  long now() {
    return nanoTime.getAsLong();
  }

  long randomLong() {
    return random.nextLong();
  }

  ProxyLimits limits() {
    return settings.limits();
  }

  ProxyTimeouts timeouts() {
    return settings.timeouts();
  }

  LoopCounters counters() {
    return counters;
  }

  @Nullable LogLines log() {
    return log;
  }

  LoopTallies tallies() {
    return tallies;
  }

  boolean isDraining() {
    return draining;
  }

  /** Before the first table, not knowing an app says nothing about the app. */
  boolean hasTable() {
    return table.epoch() > 0;
  }

  /** The pool of a hostname as the table in force has it; null if no app has the hostname. */
  @Nullable LoopPool find(String hostname) {
    Pool pool = table.find(hostname);
    return pool == null ? null : current(pool);
  }

  /** The same pool after what may have happened to it meanwhile. */
  LoopPool current(LoopPool before) {
    return current(table.pool(before.pool().id()));
  }

  private LoopPool current(Pool pool) {
    LoopPool known = pools.get(pool.id());
    if (known == null) {
      known = new LoopPool(pool, limits().idlePerRoute(), tallies);
      pools.put(pool.id(), known);
    } else if (!known.has(pool)) {
      leaving.addAll(known.refresh(pool, now()));
    }
    return known;
  }

  /** Requests that begin from now on use this table; null means that any pool may differ. */
  void use(RouteTable next, @Nullable Collection<String> changedPools) {
    table = next;
    for (String id : changedPools == null ? List.copyOf(pools.keySet()) : changedPools) {
      LoopPool known = pools.get(id);
      if (known != null) {
        leaving.addAll(known.refresh(next.pool(id), now()));
        if (next.pool(id).routes().isEmpty()) {
          pools.remove(id);
        }
      }
    }
  }

  /** Has every withdrawn route done its last request, or had {@link #LET_GO} for it? */
  boolean hasLetGo() {
    long now = now();
    leaving.removeIf(route -> route.isLetGo(now, LET_GO.toNanos()));
    return leaving.isEmpty();
  }

  /** Whether one more request may wait for its app; each true is followed by one release. */
  boolean hold() {
    if (held >= limits().heldRequests()) {
      return false;
    }
    held++;
    counters.add(LoopCounters.Of.HELD, 1);
    return true;
  }

  void release() {
    held--;
    counters.add(LoopCounters.Of.HELD, -1);
  }

  void join(ClientHandler client) {
    client.seat(clients.size());
    clients.add(client);
    counters.add(LoopCounters.Of.CLIENT_CONNECTIONS, 1);
  }

  void leave(ClientHandler client) {
    ClientHandler last = clients.removeLast();
    if (last != client) {
      clients.set(client.seat(), last);
      last.seat(client.seat());
    }
    counters.add(LoopCounters.Of.CLIENT_CONNECTIONS, -1);
  }

  void tick() {
    long now = now();
    for (int i = clients.size() - 1; i >= 0; i--) {
      if (i < clients.size()) {
        clients.get(i).tick(now);
      }
    }
    if (++ticks % TICKS_PER_SWEEP == 0) {
      var _ = hasLetGo(); // nothing is remembered for longer than needed
      long maxAge = timeouts().upstreamIdle().toNanos();
      pools.values().forEach(pool -> pool.closeIdle(now, maxAge));
    }
    if (log != null) {
      log.handOver();
    }
  }

  /** Lets each client go after the answer it waits for; those that wait for none at once. */
  void drain() {
    draining = true;
    for (int i = clients.size() - 1; i >= 0; i--) {
      clients.get(i).drain();
    }
  }

  boolean isQuiet() {
    return clients.isEmpty();
  }

  void closeAll() {
    for (int i = clients.size() - 1; i >= 0; i--) {
      clients.get(i).close();
    }
    pools
        .values()
        .forEach(pool ->
            pool.refresh(new Pool(pool.pool().id(), List.of(), pool.pool().emptiness()), now()));
    pools.clear();
    if (log != null) {
      log.handOver();
    }
  }
}
