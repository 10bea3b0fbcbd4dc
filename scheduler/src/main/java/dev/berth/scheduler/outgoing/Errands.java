package dev.berth.scheduler.outgoing;

import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.Budget.Coordinator;
import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.state.Webhook;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Asks apps' coordinators about moves, and apps about their queues, while this process leads.
 *
 * <p>The loop waits for none of it: a question is read from what it has published, an answer goes
 * to it as an event. At most {@value #AT_A_TIME} calls at a time, {@value #OF_A_TENANT} of one
 * tenant; what finds no place is asked with a later look. Looks once a second. Thread-safe.
 */
public final class Errands implements Leadership.Follower, AutoCloseable {
  static final int AT_A_TIME = 64;
  static final int OF_A_TENANT = 4;
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration QUEUE_EVERY = Duration.ofSeconds(15);
  private static final int MAX_WORDS = 200;
  private static final int DENIED = 409;
  private static final int LOCKED = 423;

  private final WebhookClient client;
  private final ExecutorService callers =
      Executors.newFixedThreadPool(
          AT_A_TIME, Thread.ofPlatform().daemon().name("webhook-", 0).factory());
  private final Semaphore room = new Semaphore(AT_A_TIME);
  private final Map<TenantId, Integer> ofTenants = new ConcurrentHashMap<>();
  private final Set<Object> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Control> leading = new AtomicReference<>();
  private final Thread thread;
  private long looks;

  public Errands(WebhookClient client) {
    this.client = client;
    this.thread = Thread.ofVirtual().name("errands").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void began(Control control) {
    leading.set(control);
  }

  @Override
  public void ended(Control control) {
    leading.compareAndSet(control, null);
  }

  @Override
  public void close() {
    thread.interrupt();
    callers.shutdownNow();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        Control control = leading.get();
        if (control != null) {
          look(control);
        }
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Control control) {
    Snapshot snapshot = control.snapshot();
    snapshot
        .consents()
        .forEach((id, consent) -> {
          if (consent.standing() == Consent.Standing.ASKED) {
            coordinate(control, snapshot, id);
          }
        });
    if (looks++ % QUEUE_EVERY.toSeconds() == 0) {
      for (App app : snapshot.state().apps().values()) {
        app.formation()
            .forEach((type, formation) -> {
              Autoscale policy = formation.autoscale();
              if (policy != null && policy.queue() != null && app.isDeployed()) {
                read(control, new ProcessTypeId(app.id(), type), policy.queue());
              }
            });
      }
    }
  }

  private void coordinate(Control control, Snapshot snapshot, PlacementId id) {
    Placement placement = snapshot.state().placements().byId().get(id);
    App app = placement == null ? null : snapshot.state().apps().get(placement.instance().app());
    Coordinator coordinator = app == null ? null : app.turnover().budget().coordinator();
    if (placement == null || app == null) {
      return;
    }
    if (coordinator == null) {
      control.offer(new Event.MoveJudged(id, true, "")); // there is nobody to ask any more
      return;
    }
    String question =
        "{\"event\":\"move\",\"tenant\":\"%s\",\"app\":\"%s\",\"process_type\":\"%s\",\"instance\":\"%s\",\"placement\":%d,\"release\":%d,\"base\":\"%s v%d\",\"node\":\"%s\"}"
            .formatted(
                app.id().tenant(),
                app.id().name(),
                placement.instance().type().name(),
                placement.instance().shortName(),
                id.value(),
                placement.wanted().release(),
                placement.wanted().baseLine(),
                placement.wanted().baseVersion(),
                placement.node());
    call(id, app.id().tenant(), () -> offer(control, judged(id, coordinator, question)));
  }

  private Event judged(PlacementId id, Coordinator coordinator, String question) {
    String words;
    try {
      WebhookClient.Answer answer = client.post(coordinator.webhook(), question);
      if (answer.status() / 100 == 2) {
        return new Event.MoveJudged(id, true, "");
      }
      if (answer.status() == DENIED || answer.status() == LOCKED) {
        return new Event.MoveJudged(id, false, "its coordinator denies it" + said(answer.body()));
      }
      words = "its coordinator answers " + answer.status();
    } catch (IOException failure) {
      words = "its coordinator does not answer" + said(String.valueOf(failure.getMessage()));
    }
    return new Event.MoveJudged(id, coordinator.silenceAllows(), words);
  }

  private void read(Control control, ProcessTypeId type, Webhook queue) {
    String question =
        "{\"event\":\"queue\",\"tenant\":\"%s\",\"app\":\"%s\",\"process_type\":\"%s\"}"
            .formatted(type.app().tenant(), type.app().name(), type.name());
    call(type, type.app().tenant(), () -> offer(control, read(type, queue, question)));
  }

  private Event read(ProcessTypeId type, Webhook queue, String question) {
    try {
      WebhookClient.Answer answer = client.post(queue, question);
      String number = answer.body().strip();
      if (answer.status() / 100 != 2) {
        return new Event.QueueRead(type, -1, "the status is " + answer.status());
      }
      return number.matches("[0-9]{1,15}")
          ? new Event.QueueRead(type, Long.parseLong(number), "")
          : new Event.QueueRead(type, -1, "a number was awaited" + said(number));
    } catch (IOException failure) {
      return new Event.QueueRead(type, -1, words(String.valueOf(failure.getMessage())));
    }
  }

  private static String said(String text) {
    String words = words(text);
    return words.isEmpty() ? "" : ": " + words;
  }

  /** Others wrote it. */
  private static String words(String text) {
    String clean = text.replaceAll("[^ -~]+", " ").strip();
    return Names.printable(clean.substring(0, Math.min(MAX_WORDS, clean.length())));
  }

  /** A loop that is too busy is told with the next look: the question stands. */
  private static void offer(Control control, Event event) {
    var _ = control.offer(event);
  }

  /** Once at a time for each errand, and only if there is room. */
  private void call(Object errand, TenantId tenant, Runnable job) {
    if (!room.tryAcquire()) {
      return;
    }
    boolean isTaken = ofTenants.merge(tenant, 1, Integer::sum) <= OF_A_TENANT;
    if (!isTaken || !underWay.add(errand)) {
      left(tenant);
      return;
    }
    callers.execute(() -> {
      try {
        job.run();
      } finally {
        underWay.remove(errand);
        left(tenant);
      }
    });
  }

  private void left(TenantId tenant) {
    ofTenants.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    room.release();
  }
}
