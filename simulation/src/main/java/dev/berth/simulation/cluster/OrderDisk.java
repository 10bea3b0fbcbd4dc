package dev.berth.simulation.cluster;

import dev.berth.agent.order.Orders;
import dev.berth.agent.wire.DamagedException;
import dev.berth.agent.wire.OrderCodec;
import dev.berth.simulation.host.SimHost;
import dev.berth.simulation.world.SimProcess;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The agent's orders on its disk, as bytes: they survive the agent, and the machine.
 *
 * <p>One write at a time, of the newest orders; one that fails is tried again each second. Confined
 * to the world's thread.
 */
public final class OrderDisk {
  private static final long RETRY_MICROS = 1_000_000;

  private final SimProcess process;
  private final SimHost host;
  private byte @Nullable [] bytes;
  private @Nullable Orders next;
  private boolean isWriting;
  private int life;

  OrderDisk(SimProcess process, SimHost host) {
    this.process = process;
    this.host = host;
  }

  Orders read() {
    byte[] stored = bytes;
    try {
      return stored == null ? Orders.none() : Orders.restored(OrderCodec.fromBytes(stored));
    } catch (DamagedException damaged) {
      process.world().tell(process + " finds its orders damaged");
      bytes = null;
      return Orders.none();
    }
  }

  /** What is stored becomes unreadable. */
  public void damage() {
    byte[] stored = bytes;
    if (stored != null && stored.length > 0) {
      byte[] worse = stored.clone();
      worse[worse.length / 2] ^= 0x55;
      bytes = worse;
    }
  }

  void write(Orders orders, Consumer<Orders> stored) {
    if (life != process.life()) {
      life = process.life();
      isWriting = false;
    }
    next = orders;
    if (!isWriting) {
      isWriting = true;
      begin(stored);
    }
  }

  private void begin(Consumer<Orders> stored) {
    Orders orders = next;
    if (orders == null) {
      isWriting = false;
      return;
    }
    next = null;
    attempt(orders, stored);
  }

  private void attempt(Orders orders, Consumer<Orders> stored) {
    long takes = process.world().random("disk " + process).nextLong(300, 15_000);
    process.later(
        takes * host.mood().slowness(),
        "stored",
        () -> {
          if (host.mood().unwritable()) {
            process.later(RETRY_MICROS, "store again", () -> attempt(orders, stored));
            return;
          }
          bytes = OrderCodec.bytes(orders.snapshot());
          stored.accept(orders);
          begin(stored);
        });
  }
}
