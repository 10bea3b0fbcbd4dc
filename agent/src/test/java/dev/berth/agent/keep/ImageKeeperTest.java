package dev.berth.agent.keep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.control.NodeView;
import dev.berth.agent.order.Orders;
import dev.berth.agent.order.SampleOrders;
import dev.berth.agent.order.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImageKeeperTest {
  private static final String NEW = "2".repeat(64);
  private static final Duration KEEP = Duration.ofHours(1);

  private final FakeImageHost host = new FakeImageHost();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final AtomicReference<NodeView> view = new AtomicReference<>(view());
  private final ConcurrentLinkedQueue<ImageHolding.Held> told = new ConcurrentLinkedQueue<>();
  private final ImageKeeper keeper = new ImageKeeper(host, view::get, now::get, KEEP);

  @AfterEach
  void close() {
    keeper.close();
  }

  @Test
  void whatIsWantedIsFetchedAndTold() {
    start();

    keeper.want(List.of(NEW));

    until(() -> told.stream().anyMatch(it -> it.digests().contains(NEW)));
    assertThat(keeper.held().problem()).isEmpty();
  }

  @Test
  void whatCannotBeFetchedIsToldWithTheReasonAndHoldsUpNoOther() {
    host.unavailable.add("1".repeat(64));
    start();

    keeper.want(List.of("1".repeat(64), NEW));

    until(() -> keeper.held().digests().contains(NEW));
    until(() -> keeper.held().problem().contains("not in the cluster's store"));
  }

  @Test
  void whatNobodyNamesGoesAfterAWhileAndWhatAnOrderOrTheSchedulerNamesStays() {
    host.here.addAll(List.of(NEW, "3".repeat(64), SampleOrders.BASE, SampleOrders.SLUG));
    start();
    keeper.want(List.of(NEW));

    until(() -> {
      now.set(now.get().plus(KEEP));
      keeper.want(List.of(NEW));
      return !host.here.contains("3".repeat(64));
    });

    assertThat(host.here).containsExactlyInAnyOrder(NEW, SampleOrders.BASE, SampleOrders.SLUG);
    assertThat(keeper.takenAway()).isEqualTo(1);
  }

  @Test
  void nothingGoesBeforeTheSchedulerHasEverSpoken() {
    view.set(new NodeView(Orders.none(), Map.of()));
    host.here.add("3".repeat(64));
    start();

    now.set(now.get().plus(KEEP.multipliedBy(2)));
    keeper.want(List.of(NEW));

    until(() -> keeper.held().digests().contains(NEW));
    keeper.want(List.of());
    assertThat(host.here).contains("3".repeat(64));
  }

  private void start() {
    keeper.onChange(told::add);
    keeper.start();
  }

  private static NodeView view() {
    return new NodeView(
        Orders.restored(new Snapshot(1, 1, List.of(SampleOrders.run(1)))), Map.of());
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }
}
