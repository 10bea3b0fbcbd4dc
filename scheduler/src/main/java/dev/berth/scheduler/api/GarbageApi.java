package dev.berth.scheduler.api;

import dev.berth.proto.v1.CollectGarbageRequest;
import dev.berth.proto.v1.CollectGarbageResponse;
import dev.berth.proto.v1.CollectGarbageResponse.Item;
import dev.berth.scheduler.blobs.Blob;
import dev.berth.scheduler.collect.Collector;
import dev.berth.scheduler.garbage.Garbage;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.wire.Refusing;
import dev.berth.scheduler.wire.Values;
import java.io.IOException;

/** Garbage, as an operator plans or collects it. Thread-safe. */
final class GarbageApi {
  private static final int MAX_ITEMS = 1000;

  private final Collector collector;

  GarbageApi(Collector collector) {
    this.collector = collector;
  }

  CollectGarbageResponse answer(Desk.Asked asked, CollectGarbageRequest request)
      throws IOException {
    asked.requireOperator("collect garbage");
    if (request.getPlan()) {
      return message(collector.plan(asked.snapshot()));
    }
    Collector.Collected collected =
        collector.collect(asked.control(), asked.caller(), Values.mutation(request.getMutation()));
    if (collected.outcome() instanceof Outcome.Refused refused) {
      throw Refusing.asStatus(refused);
    }
    return message(collected.findings());
  }

  private static CollectGarbageResponse message(Collector.Findings found) {
    var message =
        CollectGarbageResponse.newBuilder()
            .setBases(found.garbage().bases().size())
            .setBlobs(found.blobs().size())
            .setBytes(found.bytes());
    for (Garbage.Version version : found.garbage().bases()) {
      add(message, "base", version.line() + " v" + version.number(), 0);
    }
    for (Blob blob : found.blobs()) {
      add(message, "blob", blob.digest().hex(), blob.bytes());
    }
    return message.build();
  }

  private static void add(
      CollectGarbageResponse.Builder message, String kind, String name, long bytes) {
    if (message.getItemsCount() < MAX_ITEMS) {
      message.addItems(Item.newBuilder().setKind(kind).setName(name).setBytes(bytes));
    }
  }
}
