package dev.berth.scheduler.outgoing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Published;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.control.Subscription;
import dev.berth.scheduler.control.TestCluster;
import dev.berth.scheduler.state.Autoscale.Measure;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.WebhookAsked;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Ipv4Network;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.store.StateImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Questions of a real loop, answered by a server of this process over the network. */
class ErrandsTest {
  private static final String SECRET = "0123456789abcdef";

  private final TestCluster cluster = TestCluster.withNodes(3);
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final Queue<String> questions = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private Errands errands;
  private volatile int status = 200;
  private volatile String answer = "";

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        call -> {
          questions.add(new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          call.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
          call.getResponseBody().write(body);
          call.close();
        });
    server.start();
    var destinations = new Destinations(List.of(Ipv4Network.of("127.0.0.0/8")), Set.of());
    errands = new Errands(new WebhookClient(destinations, InstantSource.system()));
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(5));
  }

  @AfterEach
  void close() {
    errands.close();
    server.stop(0);
  }

  @Test
  void aMoveIsMadeWhenTheAppsOwnProgramAllowsIt() throws InterruptedException {
    coordinateAndDrain(false);

    begin();
    var judged = (Event.MoveJudged) events.take();
    assertThat(judged.isAllowed()).isTrue();
    assertThat(questions.peek())
        .contains("\"event\":\"move\"", "\"app\":\"shop\"", "\"instance\":\"web.1\"");

    String before = cluster.placements("web").getFirst().node().name();
    cluster.offer(judged);
    cluster.run(Duration.ofSeconds(20));
    assertThat(cluster.placements("web"))
        .singleElement()
        .satisfies(it -> assertThat(it.node().name()).isNotEqualTo(before));
  }

  @Test
  void aDenialIsToldInItsOwnWords() throws InterruptedException {
    status = 409;
    answer = "the\u001b[31m leader\n is here";
    coordinateAndDrain(true);

    begin();

    assertThat(events.take())
        .isInstanceOfSatisfying(
            Event.MoveJudged.class,
            it -> {
              assertThat(it.isAllowed()).isFalse();
              assertThat(it.words())
                  .isEqualTo("its coordinator denies it: the [31m leader  is here");
            });
  }

  @Test
  void noAnswerMeansWhatTheAppSays() throws InterruptedException {
    status = 500;
    coordinateAndDrain(true);

    begin();

    assertThat(events.take())
        .isInstanceOfSatisfying(
            Event.MoveJudged.class,
            it -> {
              assertThat(it.isAllowed()).isTrue();
              assertThat(it.words()).isEqualTo("its coordinator answers 500");
            });
  }

  @Test
  void aQueueIsReadAndWhatIsNoNumberIsTold() throws InterruptedException {
    answer = "512\n";
    var asked =
        new Command.AutoscaleAsked(
            1, 5, Measure.QUEUE, 10, new WebhookAsked(url(), Duration.ZERO, SECRET));
    cluster.operator(new Command.SetAutoscale(TestCluster.SHOP, "web", asked));
    var web = new ProcessTypeId(TestCluster.SHOP_ID, "web");

    begin();

    assertThat(events.take()).isEqualTo(new Event.QueueRead(web, 512, ""));
    assertThat(questions)
        .containsExactly(
            "{\"event\":\"queue\",\"tenant\":\"acme\",\"app\":\"shop\",\"process_type\":\"web\"}");
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  private void coordinateAndDrain(boolean silenceAllows) {
    var asked =
        new Command.CoordinatorAsked(
            new WebhookAsked(url(), Duration.ofSeconds(20), SECRET), silenceAllows);
    cluster.operator(
        new Command.SetRollout(
            TestCluster.SHOP,
            new Command.PolicyChange(null, null, null, null, null, null, null, null),
            new Command.BudgetChange(null, null, null, asked)));
    String node = cluster.placements("web").getFirst().node().name();
    cluster.operator(new Command.DrainNode(node, Duration.ZERO));
    cluster.run(Duration.ofSeconds(2));
  }

  private void begin() {
    errands.began(new Frozen(cluster.snapshot()));
    errands.start();
  }

  /** A leader that shows what it showed then, and hears. */
  private final class Frozen implements Control {
    private final Snapshot snapshot;

    Frozen(Snapshot snapshot) {
      this.snapshot = snapshot;
    }

    @Override
    public Snapshot snapshot() {
      return snapshot;
    }

    @Override
    public boolean offer(Event event) {
      return events.add(event);
    }

    @Override
    public CompletableFuture<Outcome> submit(Command command, Caller caller, Mutation mutation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Long> replace(StateImage state, long epoch) {
      throw new UnsupportedOperationException();
    }

    @Override
    public StateImage image(Snapshot of) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Subscription subscribe(Consumer<Published> subscriber) {
      throw new UnsupportedOperationException();
    }
  }
}
