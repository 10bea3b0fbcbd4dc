package dev.berth.scheduler.api;

import dev.berth.proto.v1.Event;
import dev.berth.proto.v1.EventServiceGrpc;
import dev.berth.proto.v1.ListEventsRequest;
import dev.berth.proto.v1.ListEventsResponse;
import dev.berth.scheduler.state.HistoryEvent;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;

/** The history. Thread-safe. */
final class EventApi extends EventServiceGrpc.EventServiceImplBase {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 10_000;

  private final Desk desk;
  private final Watches watches;

  EventApi(Desk desk, Watches watches) {
    this.desk = desk;
    this.watches = watches;
  }

  @Override
  public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> out) {
    desk.answer(
        out,
        asked -> {
          Events.Filter filter = Events.Filter.of(request, asked);
          int limit = limit(request.getLimit());
          Deque<HistoryEvent> newest = new ArrayDeque<>();
          for (HistoryEvent event :
              asked.snapshot().history().tailMap(filter.after(), false).values()) {
            if (filter.accepts(event)) {
              newest.addLast(event);
              if (newest.size() > limit) {
                newest.removeFirst();
              }
            }
          }
          ListEventsResponse.Builder events = ListEventsResponse.newBuilder();
          newest.forEach(event -> events.addEvents(Events.event(event)));
          return events.build();
        });
  }

  @Override
  public void watchEvents(ListEventsRequest request, StreamObserver<Event> out) {
    watches.events(request, out);
  }

  private static int limit(int asked) {
    return asked == 0 ? DEFAULT_LIMIT : (int) Math.min(Integer.toUnsignedLong(asked), MAX_LIMIT);
  }
}
