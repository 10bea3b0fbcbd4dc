package dev.berth.scheduler;

import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Terms;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.store.Election;
import dev.berth.scheduler.store.EmbeddedZooKeeper;
import dev.berth.scheduler.store.ZooKeeperConnection;
import dev.berth.scheduler.store.ZooKeeperElection;
import dev.berth.scheduler.store.ZooKeeperSecret;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.apache.curator.framework.CuratorFramework;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler without its edges: ZooKeeper, the election, the control loop.
 *
 * <p>Connects on construction, leads not before it stands, and closes in reverse. Thread-safe.
 */
public final class SchedulerCore implements AutoCloseable {
  private static final String ROOT = "/berth";

  private final @Nullable EmbeddedZooKeeper embedded;
  private final CuratorFramework client;
  private final ZooKeeperElection election;
  private final Terms terms;
  private volatile String address = "";

  public SchedulerCore(
      SchedulerSettings.ZooKeeperSettings settings, ClusterSettings cluster, InstantSource clock)
      throws IOException, InterruptedException {
    this(settings, cluster, Timers.DEFAULT, clock, UnaryOperator.identity());
  }

  /** With the election seen through {@code measured}. */
  SchedulerCore(
      SchedulerSettings.ZooKeeperSettings settings,
      ClusterSettings cluster,
      Timers timers,
      InstantSource clock,
      UnaryOperator<Election> measured)
      throws IOException, InterruptedException {
    this.embedded =
        settings.connect().isPresent() ? null : EmbeddedZooKeeper.start(settings.directory());
    ZooKeeperSecret secret = ZooKeeperSecret.in(settings.directory());
    this.client =
        ZooKeeperConnection.open(
            embedded == null ? settings.connect().orElseThrow() : embedded.connectString(),
            secret,
            settings.session());
    this.election = new ZooKeeperElection(client, ROOT, () -> address);
    if (embedded != null) {
      election.forgetEarlierCandidates();
    }
    this.terms =
        new Terms(
            measured.apply(election), new Terms.Rules(cluster, timers, new SpreadPlacer(), clock));
  }

  /** Stands for election from now on; others are sent to the address, host:port, while it leads. */
  public void stand(String advertised) {
    address = advertised;
    terms.start();
  }

  public Leadership leadership() {
    return terms;
  }

  /** Where its own ZooKeeper server answers on this host; 0 if it has none. */
  int storePort() {
    if (embedded == null) {
      return 0;
    }
    String address = embedded.connectString();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /** Completes when this process can lead no more and should end. */
  public CompletionStage<Throwable> failed() {
    return terms.failed();
  }

  @Override
  public void close() {
    terms.close();
    election.close();
    client.close();
    if (embedded != null) {
      embedded.close();
    }
  }
}
