package dev.berth.simulation.cluster;

import dev.berth.agent.control.AgentLoop;
import dev.berth.agent.control.Node;
import dev.berth.agent.keep.ImageHolding;
import dev.berth.agent.link.Fence;
import dev.berth.agent.link.NodeFacts;
import dev.berth.agent.link.SchedulerLink;
import dev.berth.agent.logs.LogReading;
import dev.berth.agent.logs.LogSink;
import dev.berth.agent.order.Orders;
import dev.berth.agent.runtime.Capacity;
import dev.berth.leader.Dial;
import dev.berth.proto.v1.LogsWanted;
import dev.berth.simulation.host.HostDriver;
import dev.berth.simulation.host.SimHost;
import dev.berth.simulation.network.SimChannel;
import dev.berth.simulation.world.SimProcess;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An agent: the production node, loop and link, on the virtual clock, over a simulated host.
 *
 * <p>Its host and its disk outlive it. Confined to the world's thread.
 */
public final class SimAgent extends SimProcess {
  /** It asks after 10 s without a word. */
  private static final Duration SILENCE = Dial.ANSWER.plusSeconds(10);

  private final Cluster cluster;
  private final SimHost host;
  private final OrderDisk disk;
  private final SimStanding standing;
  private final SimEpochs epochs;
  private final Capacity capacity;
  private @Nullable AgentLoop loop;
  private @Nullable Node node;
  private @Nullable SchedulerLink link;
  private @Nullable HostDriver driver;
  private long nextPass;
  private int linkTurn;
  private boolean isLinkLeft;

  SimAgent(Cluster cluster, SimHost host, Capacity capacity) {
    super(cluster.world(), host.node(), cluster::fault);
    this.cluster = cluster;
    this.host = host;
    this.capacity = capacity;
    this.disk = new OrderDisk(this, host);
    this.standing = new SimStanding(this);
    this.epochs = new SimEpochs(() -> host.mood().unwritable());
  }

  public SimHost host() {
    return host;
  }

  public OrderDisk disk() {
    return disk;
  }

  public SimEpochs epochs() {
    return epochs;
  }

  public SimStanding standing() {
    return standing;
  }

  /** Null while the agent is dead. */
  public @Nullable AgentLoop loop() {
    return loop;
  }

  @Override
  protected void begin() {
    var agentLoop = new AgentLoop(clock());
    loop = agentLoop;
    var hands =
        new HostDriver(
            host,
            this,
            new HostDriver.Ears(
                ended -> agentLoop.offerEnded(ended, ""),
                agentLoop::offer,
                asked ->
                    cluster.happened(
                        new Happening.Asked(asked.node(), asked.placement(), asked.step()))));
    driver = hands;
    standing.begin();
    var edges = new Node.Edges(hands, hands, orders -> store(agentLoop, orders), _ -> {}, _ -> {});
    var fresh = new Node(clock(), edges, disk.read());
    node = fresh;
    fresh.adopt(host.adopt());
    var facts =
        new NodeFacts(
            name(),
            SimScheduler.CLUSTER_ID,
            host.bootId(),
            "simulated",
            capacity,
            SimHost.ADDRESSES,
            "x86_64",
            Map.of(),
            "simulated");
    var caller = new SimChannel.Caller(this, "agent:" + name(), SILENCE);
    link =
        new SchedulerLink(
            new Fence(epochs, cluster.dialledBy(caller)),
            facts,
            agentLoop,
            new SchedulerLink.Desks(NoLogs.INSTANCE, standing, ImageHolding.NONE),
            world().random("redial " + name()));
    linkTurn = 0;
    nextPass = 0;
    isLinkLeft = false;
    turnLink();
  }

  private void store(AgentLoop to, Orders orders) {
    cluster.happened(new Happening.OrdersTaken(name(), orders));
    disk.write(orders, to::offerStored);
  }

  @Override
  protected void turn() {
    AgentLoop agentLoop = loop;
    Node mine = node;
    if (agentLoop == null || mine == null) {
      return;
    }
    do {
      agentLoop.turn(mine);
    } while (agentLoop.queued() > 0);
    mine.nextPass()
        .ifPresent(at -> {
          long due = world().now() + Duration.between(clock().instant(), at).toNanos() / 1000;
          if (nextPass <= world().now() || due < nextPass) {
            nextPass = Math.max(due, world().now() + 1000);
            later(nextPass - world().now(), "pass", () -> {});
          }
        });
    SchedulerLink dialled = link;
    if (dialled != null && dialled.hasEnded() && !isLinkLeft) {
      isLinkLeft = true;
      later(100, "link over", this::turnLink);
    }
  }

  private void turnLink() {
    SchedulerLink dialled = link;
    if (dialled == null) {
      return;
    }
    isLinkLeft = false;
    int mine = ++linkTurn;
    Duration wait = dialled.turn();
    later(
        wait.toNanos() / 1000,
        "link",
        () -> {
          if (linkTurn == mine) {
            turnLink();
          }
        });
  }

  @Override
  protected void died() {
    if (driver != null) {
      driver.close();
    }
    driver = null;
    loop = null;
    node = null;
    link = null;
  }

  /** Logs are not simulated. */
  private enum NoLogs implements LogReading {
    INSTANCE;

    @Override
    public void open(LogsWanted wanted, LogSink sink) {}

    @Override
    public void close(long stream) {}

    @Override
    public void closeAll() {}
  }
}
