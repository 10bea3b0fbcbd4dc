package dev.berth.scheduler.control;

import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.routes.Pool;
import dev.berth.scheduler.routes.RouteTable;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A cluster around a {@link Decider}: agents that obey, a router that acknowledges, a clock that
 * only moves when told.
 */
public final class TestCluster {
  public static final ClusterSettings SETTINGS = new ClusterSettings("localhost", "debian-12");
  public static final AppName SHOP = new AppName("acme", "shop");
  public static final AppId SHOP_ID = AppId.of("acme", "shop");
  private static final Digest DIGEST = new Digest("0".repeat(64));

  private final Map<NodeId, TestAgent> agents = new TreeMap<>();
  private final List<Input> inbox = new ArrayList<>();
  private final Decider decider;
  private final List<Change> changes = new ArrayList<>();
  private Instant now;
  private boolean hasRouter;
  private boolean routerAnswers = true;
  private long connections;

  private TestCluster(Store.Loaded loaded, long epoch, Instant began) {
    this.now = began;
    this.decider =
        new Decider(new Term(epoch, now, SETTINGS, Timers.DEFAULT), loaded, new SpreadPlacer());
  }

  public static TestCluster empty() {
    return new TestCluster(
        new Store.Loaded(ClusterState.empty(), List.of()),
        1,
        Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** With a tenant acme, its app shop, a base line, a router and so many large nodes. */
  public static TestCluster withNodes(int nodes) {
    TestCluster cluster = empty();
    cluster.connectRouter();
    for (int node = 1; node <= nodes; node++) {
      cluster.connect("node-" + node, new Capacity(8192, 8000, 8192, 65_536));
    }
    cluster.operator(new Command.PublishBase("debian-12", DIGEST, 1, ""));
    cluster.operator(new Command.CreateTenant("acme", null, DIGEST));
    cluster.operator(new Command.CreateApp(SHOP, ""));
    cluster.pass(Duration.ofSeconds(6));
    return cluster;
  }

  /** Another leader takes over from what was committed; the agents' containers run on. */
  public TestCluster takenOver() {
    Snapshot last = decider.last();
    var next =
        new TestCluster(
            new Store.Loaded(last.state(), List.copyOf(last.history().values())),
            last.epoch() + 1,
            now);
    next.agents.putAll(agents);
    return next;
  }

  public Outcome operator(Command command) {
    return ask(command, new Caller.Operator());
  }

  public Outcome ask(Command command, Caller caller) {
    return ask(command, caller, Mutation.NONE);
  }

  public Outcome ask(Command command, Caller caller, Mutation mutation) {
    var answer = new CompletableFuture<Outcome>();
    inbox.add(new Input.Ask(command, caller, mutation, answer));
    pass(Duration.ZERO);
    return answer.join();
  }

  /** Like {@link #operator}, with a reason. */
  public Outcome operator(Command command, String reason) {
    var answer = new CompletableFuture<Outcome>();
    var mutation = new Mutation("", 0, reason);
    inbox.add(new Input.Ask(command, new Caller.Operator(), mutation, answer));
    pass(Duration.ZERO);
    return answer.join();
  }

  public void deploy(String... types) {
    deploy(SHOP, types);
  }

  public void deploy(AppName app, String... types) {
    var processTypes = new ArrayList<ProcessType>();
    for (String type : types) {
      processTypes.add(
          new ProcessType(
              type, "run " + type, HealthCheck.STANDARD, ProcessType.DEFAULT_GRACE_MILLIS));
    }
    operator(new Command.CreateRelease(app, new Release.Slug(DIGEST, 1), processTypes, "deploy"));
  }

  public void scale(String type, long count) {
    scale(SHOP, type, count);
  }

  public void scale(AppName app, String type, long count) {
    operator(new Command.Scale(app, List.of(new Command.ScaleChange(type, count, ""))));
  }

  public TestAgent connect(String name, Capacity capacity) {
    var id = new NodeId(name);
    TestAgent agent = agents.computeIfAbsent(id, _ -> new TestAgent(id, capacity));
    reconnect(agent);
    return agent;
  }

  public void reconnect(TestAgent agent) {
    agent.connection(++connections);
    inbox.add(new Input.News(agent.hello()));
    inbox.add(new Input.News(agent.images()));
    pass(Duration.ZERO);
  }

  public TestAgent agent(String name) {
    return Objects.requireNonNull(agents.get(new NodeId(name)));
  }

  public Collection<TestAgent> agents() {
    return agents.values();
  }

  public void connectRouter() {
    hasRouter = true;
    inbox.add(new Input.News(new Event.RouterConnected("router-1", ++connections)));
    pass(Duration.ZERO);
  }

  public void routerAnswers(boolean answers) {
    routerAnswers = answers;
  }

  public void offer(Event event) {
    inbox.add(new Input.News(event));
  }

  /** One pass after so much time; then agents and router answer to what it published. */
  public void pass(Duration after) {
    now = now.plus(after);
    Pass pass = decider.decide(List.copyOf(inbox), now);
    inbox.clear();
    changes.addAll(pass.published().changes());
    pass.answers().forEach(answer -> answer.to().complete(answer.outcome()));
    answerAsAgents();
    if (hasRouter && routerAnswers) {
      inbox.add(
          new Input.News(
              new Event.RouterAcknowledged(
                  "router-1", routerConnection(), decider.last().epoch(), routes().version())));
    }
  }

  private void answerAsAgents() {
    for (TestAgent agent : agents.values()) {
      agent.obey(decider.last().state().placements().on(agent.id()), now);
      agent.news().ifPresent(event -> inbox.add(new Input.News(event)));
    }
  }

  private long routerConnection() {
    var router = decider.last().actual().routers().get("router-1");
    return router == null ? 0 : router.connection();
  }

  /** Second by second, everyone doing their part. */
  public void run(Duration time) {
    for (long second = 0; second < time.toSeconds(); second++) {
      pass(Duration.ofSeconds(1));
    }
  }

  public Snapshot snapshot() {
    return decider.last();
  }

  public ClusterState state() {
    return decider.last().state();
  }

  public RouteTable routes() {
    return decider.last().routes();
  }

  public App shop() {
    return state().app(SHOP_ID).orElseThrow();
  }

  public List<Placement> placements(String type) {
    return List.copyOf(state().placements().of(new ProcessTypeId(SHOP_ID, type)));
  }

  public List<String> routed() {
    return routed(SHOP_ID);
  }

  public List<String> routed(AppId app) {
    Pool pool = routes().pools().get(new ProcessTypeId(app, "web"));
    return pool == null
        ? List.of()
        : pool.routes().stream().map(route -> route.instance().shortName()).sorted().toList();
  }

  /** Changes since the last call. */
  public List<Change> takeChanges() {
    var taken = List.copyOf(changes);
    changes.clear();
    return taken;
  }

  public Instant now() {
    return now;
  }
}
