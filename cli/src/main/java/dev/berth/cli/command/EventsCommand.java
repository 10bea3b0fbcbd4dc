package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.AppReference;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Terminal;
import dev.berth.cli.output.Terminal.Color;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.Event;
import dev.berth.proto.v1.EventServiceGrpc;
import dev.berth.proto.v1.ListEventsRequest;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What was decided and seen, with its cause. */
@Command(
    name = "events",
    description = "Show what was decided and seen, oldest first.",
    footer = "JSON: one Event object per line.")
public final class EventsCommand implements Callable<Integer> {
  private static final int MOST_EVENTS = 10_000;

  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  @Option(
      names = {"-a", "--app"},
      paramLabel = "TENANT[/APP]",
      description = "Only of this tenant or app; default: all that you may see.")
  private @Nullable String app;

  @Option(
      names = {"-t", "--follow"},
      description = "Go on with new events until Ctrl-C.")
  private boolean follow;

  @Option(
      names = {"-n", "--limit"},
      paramLabel = "N",
      defaultValue = "100",
      description = "The newest N (default ${DEFAULT-VALUE}).")
  private int limit = 100;

  @Option(
      names = "--after",
      paramLabel = "SEQUENCE",
      defaultValue = "0",
      description = "Only events after this sequence number.")
  private long after;

  public EventsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    if (limit < 1 || limit > MOST_EVENTS || after < 0) {
      throw CommandFailure.usage(
          "--limit must be from 1 to " + MOST_EVENTS + " and --after 0 or more",
          "ask for fewer events");
    }
    ListEventsRequest request =
        ListEventsRequest.newBuilder()
            .setName(subject())
            .setLimit(limit)
            .setAfterSequence(after)
            .build();
    try (Cluster cluster = on.open(surroundings)) {
      List<Event> events =
          cluster
              .ask(EventServiceGrpc::newBlockingStub, it -> it.listEvents(request))
              .getEventsList();
      events.forEach(this::print);
      if (!follow) {
        return 0;
      }
      long seen = events.isEmpty() ? after : events.getLast().getSequence();
      ListEventsRequest rest = request.toBuilder().setAfterSequence(seen).build();
      return cluster.converse(
          EventServiceGrpc::newBlockingV2Stub,
          stub -> {
            printAll(stub.watchEvents(rest));
            return 0;
          });
    }
  }

  private AppName subject() {
    if (app == null) {
      return AppName.getDefaultInstance();
    }
    return app.contains("/")
        ? AppReference.find(app, surroundings.environment(), surroundings.workingDirectory())
        : AppName.newBuilder().setTenant(app).build();
  }

  private void printAll(BlockingClientCall<?, Event> events)
      throws StatusException, InterruptedException {
    for (Event event = events.read(); event != null; event = events.read()) {
      print(event);
      if (surroundings.terminal().out().checkError()) {
        events.cancel("nobody reads the output any more", null);
        return;
      }
    }
  }

  private void print(Event event) {
    Terminal terminal = surroundings.terminal();
    terminal.out().println(on.json ? Json.line(event) : text(event, terminal));
  }

  private static String text(Event event, Terminal terminal) {
    String subject =
        !event.getInstance().isEmpty()
            ? event.getInstance()
            : event.getApp().isEmpty()
                ? event.getTenant()
                : event.getTenant() + "/" + event.getApp();
    String where = event.getNode().isEmpty() ? "" : " on " + event.getNode();
    return Words.stamp(event.getAt())
        + " "
        + terminal.paint(Color.WAITING, Terminal.clean(event.getKind()))
        + " "
        + Terminal.clean(subject + where + "  " + event.getMessage() + "  by " + event.getActor());
  }
}
