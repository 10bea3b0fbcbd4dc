package dev.berth.simulation.cluster;

import dev.berth.leader.Dial;
import dev.berth.router.feed.FeedSettings;
import dev.berth.router.feed.RouteFeed;
import dev.berth.router.feed.SavedTable;
import dev.berth.router.table.Intake;
import dev.berth.router.table.Outcome;
import dev.berth.router.table.RouteTable;
import dev.berth.simulation.network.SimChannel;
import dev.berth.simulation.world.SimProcess;
import dev.berth.simulation.world.VirtualExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A router without its proxy: the production feed, on the virtual clock, and the table in force.
 *
 * <p>Its saved table outlives it. Confined to the world's thread.
 */
public final class SimRouter extends SimProcess {
  /** It asks after 5 s without a word. */
  private static final Duration SILENCE = Dial.ANSWER.plusSeconds(5);

  private final Cluster cluster;
  private RouteTable saved = RouteTable.empty();
  private RouteTable inForce = RouteTable.empty();
  private @Nullable RouteFeed feed;
  private final SimEpochs epochs = new SimEpochs(this::isUnwritable);
  private boolean isUnwritable;
  private boolean isRestoring;

  SimRouter(Cluster cluster, String name) {
    super(cluster.world(), name, cluster::fault);
    this.cluster = cluster;
  }

  /** What requests that begin now are sent by. */
  public RouteTable inForce() {
    return inForce;
  }

  /** Whether the feed thinks that it follows a scheduler. */
  public boolean isConnected() {
    return feed != null && feed.state().connected();
  }

  private boolean isUnwritable() {
    return isUnwritable;
  }

  public void unwritable(boolean now) {
    isUnwritable = now;
  }

  @Override
  protected void begin() {
    inForce = RouteTable.empty();
    var fresh =
        new RouteFeed(
            FeedSettings.of(name()),
            new Disk(),
            this::use,
            new RouteFeed.Surroundings(
                () -> world().now() * 1000, world().random("redial " + name())),
            new RouteFeed.Threads(
                new VirtualExecutor(this, "feed"), new VirtualExecutor(this, "saver")));
    feed = fresh;
    isRestoring = true;
    fresh.restore();
    isRestoring = false;
    feed = fresh;
    var caller = new SimChannel.Caller(this, "router:" + name(), SILENCE);
    fresh.follow(cluster.dialledBy(caller), epochs);
  }

  /** Every event loop takes the table over in its own time. */
  private void use(
      RouteTable table, @Nullable Collection<String> changedPools, Runnable whenInForce) {
    if (isRestoring) {
      take(table);
      whenInForce.run();
      return;
    }
    later(
        world().random(name()).nextLong(50, 5_000),
        "in force",
        () -> {
          take(table);
          whenInForce.run();
        });
  }

  private void take(RouteTable table) {
    inForce = table;
    cluster.happened(new Happening.TableUsed(name(), table));
  }

  @Override
  protected void died() {
    feed = null;
  }

  @Override
  protected void turn() {}

  /** The table is kept as the messages would have it. */
  private final class Disk implements SavedTable {
    @Override
    public Intake load() {
      return saved.epoch() > 0
              && Intake.empty().accept(saved.full()) instanceof Outcome.Replaced(Intake intake)
          ? intake
          : Intake.empty();
    }

    @Override
    public void save(RouteTable table) throws IOException {
      if (isUnwritable) {
        throw new IOException("the disk is full");
      }
      saved = table;
    }
  }
}
