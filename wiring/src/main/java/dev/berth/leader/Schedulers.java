package dev.berth.leader;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The schedulers of a cluster, of which one leads: which of them is called now.
 *
 * <p>Stays with one while it serves. Else goes where a refusal says that the leader is, or round
 * the list; a leader that is not on the list is believed, since only a certificate of the cluster's
 * authority makes a scheduler. Calls under way on a scheduler that is left go on. While no leader
 * is found, connections that stand are kept: one of them may lead next, and ten thousand handshakes
 * are dear. Thread-safe.
 */
public final class Schedulers implements AutoCloseable {
  /** Two that name each other are not believed for ever. */
  private static final int MAX_HINTS = 3;

  private final List<String> addresses;
  private final Function<String, ManagedChannel> dial;
  private final Map<String, ManagedChannel> kept = new HashMap<>(); // without the one below
  private int place;
  private int tried;
  private int hints;
  private String address;
  private ManagedChannel channel;

  public Schedulers(List<String> addresses, Function<String, ManagedChannel> dial) {
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("there must be at least one scheduler's address");
    }
    this.addresses = List.copyOf(addresses);
    this.dial = dial;
    this.address = this.addresses.getFirst();
    this.channel = dial.apply(address);
  }

  /** To the scheduler that is called now. */
  public synchronized ManagedChannel channel() {
    return channel;
  }

  /** Where that scheduler is, host:port. */
  public synchronized String address() {
    return address;
  }

  public int count() {
    return addresses.size();
  }

  /** The scheduler that is called now leads. */
  public synchronized void found() {
    tried = 0;
    hints = 0;
    place = Math.max(addresses.indexOf(address), 0);
    kept.values().forEach(ManagedChannel::shutdown);
    kept.clear();
  }

  /**
   * The scheduler that is called now did not serve, whatever it said. True when another is to be
   * tried at once, false when all were tried and it is time to wait.
   */
  public synchronized boolean moveOn(@Nullable Throwable failure) {
    Optional<String> leader =
        Optional.ofNullable(failure).flatMap(LeaderHint::in).flatMap(LeaderHint::leader);
    if (leader.isPresent() && !leader.get().equals(address) && hints < MAX_HINTS) {
      hints++;
      go(leader.get());
      return true;
    }
    place = (place + 1) % addresses.size();
    go(addresses.get(place));
    tried++;
    if (tried < addresses.size()) {
      return true;
    }
    tried = 0;
    hints = 0;
    return false;
  }

  @Override
  public synchronized void close() {
    channel.shutdownNow();
    kept.values().forEach(ManagedChannel::shutdownNow);
  }

  private void go(String next) {
    if (!next.equals(address)) {
      leave();
      address = next;
      ManagedChannel standing = kept.remove(next);
      channel = standing == null ? dial.apply(next) : standing;
    }
  }

  private void leave() {
    if (addresses.contains(address) && channel.getState(false) == ConnectivityState.READY) {
      kept.put(address, channel);
    } else {
      channel.shutdown();
    }
  }
}
