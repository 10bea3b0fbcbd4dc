package dev.berth.router.proxy;

import dev.berth.router.metrics.AccessLog;
import dev.berth.router.metrics.LogLines;
import dev.berth.router.metrics.LoopCounters;
import dev.berth.router.metrics.RouteSignals;
import dev.berth.router.table.RouteTable;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Listens for clients and answers them from the table in force.
 *
 * <p>A table counts as in use once every event loop has it: until then an old one may still start
 * requests. Closing ends the listening at once, and the requests in flight when they are done or
 * their time is up. Thread-safe.
 */
public final class ProxyServer implements AutoCloseable {
  private static final long QUIET_CHECK_NANOS = 20_000_000L;
  private static final long LET_GO_CHECK_NANOS = 2_000_000L;

  private final ProxySettings settings;
  private final LongSupplier nanoTime;
  private final EventLoopGroup group;
  private final IdentityHashMap<EventLoop, LoopState> states = new IdentityHashMap<>();
  private final List<LoopCounters> counters;
  private final AtomicInteger connections = new AtomicInteger();
  private final Transport transport;
  private final PooledByteBufAllocator allocator;
  private final IdentityHashMap<EventLoop, Connector> connectors = new IdentityHashMap<>();
  private @Nullable Channel listening;

  /** What the proxy takes from the world around it. */
  public record Surroundings(
      LongSupplier nanoTime,
      InstantSource clock,
      RandomGenerator.SplittableGenerator random,
      @Nullable AccessLog accessLog) {}

  public ProxyServer(ProxySettings settings, Surroundings around) {
    this.settings = settings;
    this.nanoTime = around.nanoTime;
    transport = Transport.best();
    int loops =
        settings.loops() > 0 ? settings.loops() : Runtime.getRuntime().availableProcessors();
    allocator = new PooledByteBufAllocator(true, 1, loops, 8192, 6, 64, 32, true);
    group = transport.group(loops);
    List<LoopCounters> allCounters = new ArrayList<>();
    group.forEach(executor -> {
      EventLoop loop = (EventLoop) executor;
      LoopCounters counted = new LoopCounters(failureCodes());
      LogLines lines =
          around.accessLog == null ? null : new LogLines(around.accessLog, around.clock, counted);
      LoopState state = new LoopState(settings, nanoTime, around.random.split(), counted, lines);
      allCounters.add(counted);
      states.put(loop, state);
      connectors.put(loop, new Connector(state, loop, transport.socket(), allocator));
    });
    counters = List.copyOf(allCounters);
    long tick = LoopState.TICK.toMillis();
    states.forEach((loop, state) ->
        loop.scheduleWithFixedDelay(state::tick, tick, tick, TimeUnit.MILLISECONDS)
            .addListener(ProxyServer::reportFault));
  }

  /** Begins to take clients. What they ask for before the first table is in force is H98. */
  public void open() {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(transport.serverSocket())
            .option(ChannelOption.SO_BACKLOG, 4096)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOCATOR, allocator)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Connector.WATER_MARK)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    InetSocketAddress address = new InetSocketAddress(settings.address(), settings.port());
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IllegalStateException(
          "http.address "
              + settings.address()
              + ", http.port "
              + settings.port()
              + " cannot be opened; choose another port",
          bound.cause());
    }
    listening = bound.channel();
  }

  private void accept(Channel channel) {
    LoopState state = states.get(channel.eventLoop());
    Connector connector = connectors.get(channel.eventLoop());
    if (state == null || connector == null) {
      throw new IllegalStateException("a channel on a foreign event loop");
    }
    int limit = settings.limits().clientConnections();
    if (connections.incrementAndGet() > limit) {
      connections.decrementAndGet();
      state.counters().add(LoopCounters.Of.REFUSED_CONNECTIONS, 1);
      channel.pipeline().addLast(new FullHouse());
      return;
    }
    channel.closeFuture().addListener(_ -> connections.decrementAndGet());
    ClientDecoder decoder = new ClientDecoder(state.limits());
    ClientEncoder encoder = new ClientEncoder();
    channel
        .pipeline()
        .addLast(decoder, encoder, new ClientHandler(state, connector, decoder, encoder));
  }

  public int port() {
    if (listening == null) {
      throw new IllegalStateException("the proxy has not been opened");
    }
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  public List<LoopCounters> counters() {
    return counters;
  }

  /** The codes of {@link Failure} in the order of docs/router.md. */
  public static List<String> failureCodes() {
    return Arrays.stream(Failure.values()).map(Enum::name).toList();
  }

  /**
   * Puts a table in force on every event loop.
   *
   * @param changedPools the ids of the pools that may differ from the table before; null for all
   * @param inForce runs once no new request can use an older table
   */
  public void use(RouteTable table, @Nullable Collection<String> changedPools, Runnable inForce) {
    AtomicInteger left = new AtomicInteger(states.size());
    states.forEach((loop, state) ->
        loop.execute(() -> {
          state.use(table, changedPools);
          if (left.decrementAndGet() == 0) {
            inForce.run();
          }
        }));
  }

  /**
   * Runs {@code letGo} once, on one of the loops, when every request is over that was under way on
   * a route withdrawn so far; or when the last of these routes has had a second for that.
   */
  public void whenLetGo(Runnable letGo) {
    AtomicInteger left = new AtomicInteger(states.size());
    Runnable one =
        () -> {
          if (left.decrementAndGet() == 0) {
            letGo.run();
          }
        };
    states.forEach((loop, state) -> loop.execute(() -> awaitLetGo(loop, state, one)));
  }

  private static void awaitLetGo(EventLoop loop, LoopState state, Runnable letGo) {
    if (state.hasLetGo()) {
      letGo.run();
    } else {
      var _ =
          loop.schedule(
              () -> awaitLetGo(loop, state, letGo), LET_GO_CHECK_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Takes what was counted of each route with traffic, on the event loops and not held up by any.
   *
   * @param atMost so many in all; the rest keeps counting
   * @param to is given them once, on one of the loops; never if the proxy closes meanwhile
   */
  public void takeSignals(int atMost, Consumer<List<RouteSignals>> to) {
    Queue<RouteSignals> taken = new ConcurrentLinkedQueue<>();
    AtomicInteger left = new AtomicInteger(states.size());
    int share = Math.max(1, atMost / states.size());
    states.forEach((loop, state) ->
        loop.execute(() -> {
          taken.addAll(state.tallies().take(share));
          if (left.decrementAndGet() == 0) {
            to.accept(List.copyOf(taken));
          }
        }));
  }

  /** Takes no more clients; those that are there go on. */
  public void stopListening() {
    if (listening != null) {
      listening.close().awaitUninterruptibly();
    }
  }

  @Override
  public void close() {
    stopListening();
    states.forEach((loop, state) -> loop.execute(state::drain));
    long deadline = nanoTime.getAsLong() + settings.timeouts().drain().toNanos();
    while (!isQuiet() && nanoTime.getAsLong() - deadline < 0) {
      LockSupport.parkNanos(QUIET_CHECK_NANOS);
    }
    states.forEach((loop, state) -> loop.submit(state::closeAll).awaitUninterruptibly());
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Deadlines that are looked at no more are a fault that must not go unseen. */
  private static void reportFault(Future<?> ticks) {
    Throwable cause = ticks.cause();
    if (cause != null && !ticks.isCancelled()) {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, cause);
    }
  }

  private boolean isQuiet() {
    boolean quiet = true;
    for (Map.Entry<EventLoop, LoopState> each : states.entrySet()) {
      quiet &= each.getKey().submit(each.getValue()::isQuiet).awaitUninterruptibly().getNow();
    }
    return quiet;
  }
}
