package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredFreeze;
import dev.berth.scheduler.state.FreezeOrder;
import java.time.Duration;
import java.time.Instant;

/** How the cluster is kept, to its stored form and back. */
final class UpkeepCodec {
  private static final String NONE = "NONE";
  private static final String FROZEN = "FROZEN";
  private static final String THAWED = "THAWED";

  private UpkeepCodec() {}

  static StoredFreeze freeze(FreezeOrder order) {
    return switch (order) {
      case FreezeOrder.None _ -> StoredFreeze.newBuilder().setOrder(NONE).build();
      case FreezeOrder.Frozen(FreezeOrder.Given given) -> given(FROZEN, given).build();
      case FreezeOrder.Thawed(FreezeOrder.Given given, Duration time) ->
          given(THAWED, given).setMillis(time.toMillis()).build();
    };
  }

  private static StoredFreeze.Builder given(String order, FreezeOrder.Given given) {
    return StoredFreeze.newBuilder()
        .setOrder(order)
        .setActor(given.actor())
        .setReason(given.reason())
        .setAt(given.at().toEpochMilli());
  }

  static FreezeOrder freeze(StoredFreeze stored) {
    var given =
        new FreezeOrder.Given(
            stored.getActor(), stored.getReason(), Instant.ofEpochMilli(stored.getAt()));
    return switch (stored.getOrder()) {
      case NONE -> FreezeOrder.NONE;
      case FROZEN -> new FreezeOrder.Frozen(given);
      case THAWED -> new FreezeOrder.Thawed(given, Duration.ofMillis(stored.getMillis()));
      default ->
          throw new IllegalStateException("the order to freeze is unknown: " + stored.getOrder());
    };
  }
}
