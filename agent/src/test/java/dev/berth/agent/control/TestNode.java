package dev.berth.agent.control;

import dev.berth.agent.order.Delta;
import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.Orders;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.order.Snapshot;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Report;
import dev.berth.agent.runtime.FakeInstanceHost;
import dev.berth.agent.store.OrderFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/** A node with a real disk, a fake host and a fake clock, all on the test's thread. */
final class TestNode implements Checks {
  final FakeClock clock;
  final FakeInstanceHost host;
  final TreeMap<Long, Integer> checked = new TreeMap<>();
  private final Path directory;
  private final Deque<Input> inbox = new ArrayDeque<>();
  private final Node node;
  private final OrderFile file;
  private final Deque<Orders> unstored = new ArrayDeque<>();
  private boolean diskIsFull;

  TestNode(Path directory) {
    this(directory, new FakeClock(), new FakeInstanceHost(directory));
  }

  private TestNode(Path directory, FakeClock clock, FakeInstanceHost host) {
    this.directory = directory;
    this.clock = clock;
    this.host = host;
    this.file = new OrderFile(directory.resolve("orders"));
    host.onExit(ended ->
        inbox.add(
            new Input.Heard(
                new PlacementId(ended.placementId()),
                ended.incarnation(),
                HostReports.ended(ended, ""))));
    var jobs = new HostJobs(host, HostJobs.Remains.NONE, inbox::add, Runnable::run, 4);
    var edges = new Node.Edges(jobs, this, this::store, _ -> {}, _ -> {});
    this.node = new Node(clock, edges, stored());
    node.adopt(host.adopt());
    run();
  }

  /** A new brain over the same disk; the host is as it will find it. */
  TestNode restarted(FakeInstanceHost found) {
    return new TestNode(directory, clock, found);
  }

  RecordingUplink link() {
    var uplink = new RecordingUplink();
    say(new Input.Linked(uplink));
    return uplink;
  }

  void order(RecordingUplink uplink, long epoch, long revision, Order... orders) {
    say(new Input.SaidAll(uplink, new Snapshot(epoch, revision, List.of(orders))));
  }

  void change(RecordingUplink uplink, long epoch, long from, List<Long> dropped, Order... orders) {
    var ids = dropped.stream().map(PlacementId::new).toList();
    say(new Input.SaidChange(uplink, new Delta(epoch, from, from + 1, List.of(orders), ids)));
  }

  void hear(long id, int incarnation, Report report) {
    say(new Input.Heard(new PlacementId(id), incarnation, report));
  }

  void say(Input input) {
    inbox.add(input);
    run();
  }

  void end(long id, int code) {
    host.end(id, code, false);
    run();
  }

  void pass(Duration duration) {
    clock.pass(duration);
    run();
  }

  /** What waits for room is written when there is some: the oldest first, then the newest. */
  void fillDisk(boolean full) {
    diskIsFull = full;
    if (!full && !unstored.isEmpty()) {
      store(unstored.getFirst());
      run();
      store(unstored.getLast());
      unstored.clear();
      run();
    }
  }

  NodeView view() {
    return node.view();
  }

  String phase(long id) {
    return view()
        .placement(new PlacementId(id))
        .map(it -> it.phase().getClass().getSimpleName() + " " + it.incarnation())
        .orElse("gone");
  }

  List<String> callsSince(int count) {
    return host.calls().subList(count, host.calls().size());
  }

  private void run() {
    do {
      while (!inbox.isEmpty()) {
        node.accept(inbox.removeFirst());
      }
      node.finishPass();
    } while (!inbox.isEmpty());
  }

  private void store(Orders orders) {
    if (diskIsFull) {
      unstored.addLast(orders);
      return;
    }
    try {
      file.write(orders.snapshot());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    inbox.add(new Input.Stored(orders));
  }

  private Orders stored() {
    try {
      return file.read();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void watch(PlacementId id, int incarnation, HealthCheck check, Address address) {
    checked.put(id.value(), incarnation);
  }

  @Override
  public void forget(PlacementId id) {
    checked.remove(id.value());
  }
}
