package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredAnswer;
import dev.berth.proto.stored.v1.StoredFreeze;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.GivenAnswer;
import dev.berth.scheduler.state.TenantId;
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

  static StoredAnswer answer(GivenAnswer answer) {
    return StoredAnswer.newBuilder()
        .setSequence(answer.sequence())
        .setTenant(
            switch (answer.caller()) {
              case Caller.Operator() -> "";
              case Caller.OfTenant(TenantId tenant) -> tenant.name();
            })
        .setKey(answer.key())
        .setFingerprint(answer.fingerprint())
        .setAt(answer.at().toEpochMilli())
        .setKind(answer.made().kind().name())
        .setName(answer.made().name())
        .setNumber(answer.made().number())
        .setFlag(answer.made().flag())
        .build();
  }

  static GivenAnswer answer(StoredAnswer stored) {
    return new GivenAnswer(
        stored.getSequence(),
        stored.getTenant().isEmpty()
            ? new Caller.Operator()
            : new Caller.OfTenant(new TenantId(stored.getTenant())),
        stored.getKey(),
        stored.getFingerprint(),
        Instant.ofEpochMilli(stored.getAt()),
        new GivenAnswer.Made(
            GivenAnswer.Kind.valueOf(stored.getKind()),
            stored.getName(),
            stored.getNumber(),
            stored.getFlag()));
  }
}
