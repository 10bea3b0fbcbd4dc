package dev.berth.agent.order;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All orders for this node at one revision of one epoch.
 *
 * <p>Epochs never fall and, within an epoch, neither do revisions. An instance that was told to
 * stop stays stopped, whatever is said later: its placement is never run again. Immutable.
 */
public final class Orders {
  private static final Orders NONE = new Orders(0, 0, Collections.emptyNavigableMap());

  private final long epoch;
  private final long revision;
  private final NavigableMap<PlacementId, Order> byId;

  private Orders(long epoch, long revision, NavigableMap<PlacementId, Order> byId) {
    this.epoch = epoch;
    this.revision = revision;
    this.byId = Collections.unmodifiableNavigableMap(byId);
  }

  /** Before the first word of any scheduler. */
  public static Orders none() {
    return NONE;
  }

  /** As they were stored. */
  public static Orders restored(Snapshot stored) {
    return new Orders(stored.epoch(), stored.revision(), indexed(stored.orders()));
  }

  /** Whether a scheduler has ever said what it wants; until then an absence means nothing. */
  public boolean known() {
    return epoch > 0;
  }

  public long epoch() {
    return epoch;
  }

  public long revision() {
    return revision;
  }

  /** By ascending placement id. */
  public NavigableMap<PlacementId, Order> byId() {
    return byId;
  }

  public Optional<Order> of(PlacementId id) {
    return Optional.ofNullable(byId.get(id));
  }

  public Snapshot snapshot() {
    return new Snapshot(epoch, revision, List.copyOf(byId.values()));
  }

  public Reception receive(Snapshot snapshot) {
    if (snapshot.epoch() < 1) {
      return new Reception.Refused("epoch must be at least 1, not " + snapshot.epoch());
    }
    if (snapshot.epoch() < epoch) {
      return oldEpoch(snapshot.epoch());
    }
    if (snapshot.epoch() == epoch && snapshot.revision() < revision) {
      return new Reception.Refused(
          "revision " + snapshot.revision() + " is older than " + revision + ", which is known");
    }
    NavigableMap<PlacementId, Order> next = indexed(snapshot.orders());
    next.replaceAll((_, order) -> following(order));
    return new Reception.Accepted(new Orders(snapshot.epoch(), snapshot.revision(), next));
  }

  public Reception receive(Delta delta) {
    if (delta.epoch() < epoch) {
      return oldEpoch(delta.epoch());
    }
    if (delta.epoch() > epoch) {
      return new Reception.Refused(
          "a change of epoch " + delta.epoch() + " came before that epoch's full state");
    }
    // A change may lead to the revision that it comes from: it then says more about the same state.
    if (delta.fromRevision() != revision || delta.revision() < revision) {
      return delta.revision() <= revision
          ? new Reception.Repeated()
          : new Reception.Refused(
              "a change from revision " + delta.fromRevision() + " does not fit " + revision);
    }
    NavigableMap<PlacementId, Order> next = new TreeMap<>(byId);
    for (Order order : delta.orders()) {
      next.put(order.id(), following(order));
    }
    delta.dropped().forEach(next::remove);
    return new Reception.Accepted(new Orders(epoch, delta.revision(), next));
  }

  /** The specification of a placement never changes, and a stop may come without one. */
  private Order following(Order order) {
    Order earlier = byId.get(order.id());
    if (earlier == null) {
      return order;
    }
    return earlier.followedBy(order);
  }

  private Reception oldEpoch(long offered) {
    return new Reception.Refused(
        "epoch " + offered + " is over; epoch " + epoch + " has been obeyed here");
  }

  private static NavigableMap<PlacementId, Order> indexed(List<Order> orders) {
    NavigableMap<PlacementId, Order> byId = new TreeMap<>();
    for (Order order : orders) {
      if (byId.put(order.id(), order) != null) {
        throw new IllegalArgumentException("placement " + order.id() + " is ordered twice");
      }
    }
    return byId;
  }
}
