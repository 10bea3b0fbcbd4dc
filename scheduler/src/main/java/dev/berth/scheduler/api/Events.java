package dev.berth.scheduler.api;

import dev.berth.proto.v1.Event;
import dev.berth.proto.v1.ListEventsRequest;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.TenantId;
import org.jspecify.annotations.Nullable;

/** The history as a caller may see it. Pure. */
final class Events {
  private Events() {}

  /** Which events a request means; a tenant sees none but its own. */
  record Filter(Caller caller, String tenant, String app, long after) {
    static Filter of(ListEventsRequest request, Desk.Asked asked) {
      if (!request.getName().getApp().isEmpty()) {
        asked.app(request.getName()); // refuses what is not there
      }
      return new Filter(
          asked.caller(),
          request.getName().getTenant(),
          request.getName().getApp(),
          Math.max(0, request.getAfterSequence()));
    }

    boolean accepts(HistoryEvent event) {
      TenantId owner = event.subject().tenant();
      AppId of = event.subject().app();
      boolean isVisible =
          switch (caller) {
            case Caller.Operator() -> true;
            case Caller.OfTenant(TenantId mine) -> mine.equals(owner);
          };
      return isVisible
          && (tenant.isEmpty() || (owner != null && owner.name().equals(tenant)))
          && (app.isEmpty() || (of != null && of.name().equals(app)));
    }
  }

  static Event event(HistoryEvent event) {
    HistoryEvent.Subject subject = event.subject();
    return Event.newBuilder()
        .setSequence(event.sequence())
        .setAt(event.at().toEpochMilli())
        .setKind(event.kind())
        .setTenant(orEmpty(subject.tenant()))
        .setApp(subject.app() == null ? "" : subject.app().name())
        .setInstance(orEmpty(subject.instance()))
        .setNode(orEmpty(subject.node()))
        .setActor(event.actor())
        .setMessage(event.message())
        .build();
  }

  private static String orEmpty(@Nullable Object name) {
    return name == null ? "" : name.toString();
  }
}
