package dev.berth.scheduler.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.berth.proto.stored.v1.StoredAnswer;
import dev.berth.proto.stored.v1.StoredApp;
import dev.berth.proto.stored.v1.StoredBase;
import dev.berth.proto.stored.v1.StoredCampaign;
import dev.berth.proto.stored.v1.StoredCounters;
import dev.berth.proto.stored.v1.StoredFreeze;
import dev.berth.proto.stored.v1.StoredHistory;
import dev.berth.proto.stored.v1.StoredNode;
import dev.berth.proto.stored.v1.StoredPlacements;
import dev.berth.proto.stored.v1.StoredRelease;
import dev.berth.proto.stored.v1.StoredTenant;
import dev.berth.proto.stored.v1.StoredTrial;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.GivenAnswer;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.Trial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the znodes below the root say, decoded one by one into one state.
 *
 * <p>A znode that is put again replaces exactly what it said before; putting it unchanged costs
 * nothing. The order of the puts does not matter. What cannot be read is a fault, never taken for
 * "nothing". Confined to one thread.
 */
final class Contents {
  private final Paths paths;
  private final Map<String, Held> held = new HashMap<>();
  private final Map<String, NodeId> nodes = new HashMap<>();
  private final Map<String, Message> foreign = new HashMap<>();
  private ClusterState state = ClusterState.empty();
  private ClusterState.Counters counters = state.counters();

  /** One znode: the transaction that wrote it last, and what it said. */
  private record Held(long writtenBy, Said said) {}

  private sealed interface Said {
    /** One thing, and how it goes away. */
    record One(Change removal) implements Said {}

    /** A thing that never goes away. */
    record Lasting() implements Said {}

    record Shard(List<Placement> placements) implements Said {}

    record Segment(List<HistoryEvent> events) implements Said {}
  }

  Contents(Paths paths) {
    this.paths = paths;
  }

  /** The same transaction says the same: it is not decoded again. */
  void put(String path, ByteString data, long writtenBy) throws InvalidProtocolBufferException {
    Held before = held.get(path);
    if (before == null || before.writtenBy() != writtenBy) {
      held.put(path, new Held(writtenBy, said(path, data, before)));
    }
  }

  void putCounters(ByteString data) throws InvalidProtocolBufferException {
    counters = Decoding.counters(noted(paths.counters(), StoredCounters.parseFrom(data)));
  }

  void remove(String path) {
    Held gone = held.remove(path);
    foreign.remove(path);
    if (gone == null) {
      return;
    }
    switch (gone.said()) {
      case Said.One(Change removal) -> state = state.after(removal);
      case Said.Shard(List<Placement> placements) -> replace(placements, List.of());
      case Said.Segment _ -> {}
      case Said.Lasting _ ->
          throw new IllegalStateException(path + " is gone, which no scheduler removes");
    }
  }

  /** Removes what is below the directory and not among these names. */
  void retain(String directory, List<String> names) {
    var kept = new HashSet<>(names);
    String prefix = directory + "/";
    held.keySet().stream()
        .filter(path -> path.startsWith(prefix) && !kept.contains(path.substring(prefix.length())))
        .toList()
        .forEach(this::remove);
  }

  /** The znodes that are there. */
  Set<String> existing() {
    return new HashSet<>(held.keySet());
  }

  /** What holds fields that nobody here knows, by path. */
  Map<String, Message> foreign() {
    return Map.copyOf(foreign);
  }

  Store.Loaded loaded() {
    var history = new ArrayList<HistoryEvent>();
    for (Held each : held.values()) {
      if (each.said() instanceof Said.Segment(List<HistoryEvent> events)) {
        history.addAll(events);
      }
    }
    history.sort(Comparator.comparingLong(HistoryEvent::sequence));
    return new Store.Loaded(state.reindexed().withCounters(counters), history);
  }

  private Said said(String path, ByteString data, @Nullable Held before)
      throws InvalidProtocolBufferException {
    return switch (paths.directoryOf(path)) {
      case "tenants" -> {
        Tenant tenant = Decoding.tenant(noted(path, StoredTenant.parseFrom(data)));
        yield one(new Change.PutTenant(tenant), new Change.RemoveTenant(tenant.id()));
      }
      case "apps" -> {
        App app = Decoding.app(noted(path, StoredApp.parseFrom(data)));
        yield one(new Change.PutApp(app), new Change.RemoveApp(app.id()));
      }
      case "releases" -> {
        Release release = Decoding.release(noted(path, StoredRelease.parseFrom(data)));
        yield one(new Change.PutRelease(release), new Change.RemoveRelease(release.id()));
      }
      case "bases" ->
          lasting(new Change.PutBase(Decoding.base(noted(path, StoredBase.parseFrom(data)))));
      case "campaigns" -> {
        Campaign campaign = CampaignCodec.decoded(noted(path, StoredCampaign.parseFrom(data)));
        yield one(new Change.PutCampaign(campaign), new Change.RemoveCampaign(campaign.id()));
      }
      case "trials" -> {
        Trial trial = TrialCodec.decoded(noted(path, StoredTrial.parseFrom(data)));
        yield one(new Change.PutTrial(trial), new Change.RemoveTrial(trial.id()));
      }
      case "nodes" -> {
        KnownNode node = Decoding.node(noted(path, StoredNode.parseFrom(data)));
        yield one(new Change.PutNode(node), new Change.RemoveNode(node.id()));
      }
      case "upkeep" ->
          lasting(
              new Change.PutFreeze(UpkeepCodec.freeze(noted(path, StoredFreeze.parseFrom(data)))));
      case "answers" -> {
        GivenAnswer answer = UpkeepCodec.answer(noted(path, StoredAnswer.parseFrom(data)));
        yield one(new Change.PutAnswer(answer, 0), new Change.RemoveAnswer(answer.sequence()));
      }
      case "placements" -> {
        var placements =
            Decoding.placements(noted(path, StoredPlacements.parseFrom(data)), this::node);
        replace(
            before != null && before.said() instanceof Said.Shard(List<Placement> known)
                ? known
                : List.of(),
            placements);
        yield new Said.Shard(placements);
      }
      case "history" ->
          new Said.Segment(Decoding.history(noted(path, StoredHistory.parseFrom(data))));
      default -> throw new IllegalStateException("nothing is known of " + path);
    };
  }

  private NodeId node(String name) {
    return nodes.computeIfAbsent(name, NodeId::new);
  }

  /** Remembers it if it says what only a later version understands. */
  private <M extends Message> M noted(String path, M message) {
    if (UnknownFields.any(message)) {
      foreign.put(path, message);
    } else {
      foreign.remove(path);
    }
    return message;
  }

  private Said one(Change put, Change removal) {
    state = state.after(put);
    return new Said.One(removal);
  }

  private Said lasting(Change put) {
    state = state.after(put);
    return new Said.Lasting();
  }

  /** Touches only the placements of a shard that differ. */
  private void replace(List<Placement> before, List<Placement> after) {
    Map<PlacementId, Placement> old = new HashMap<>();
    before.forEach(placement -> old.put(placement.id(), placement));
    for (Placement placement : after) {
      if (!placement.equals(old.remove(placement.id()))) {
        state = state.after(new Change.PutPlacement(placement));
      }
    }
    for (Placement gone : old.values()) {
      state = state.after(new Change.RemovePlacement(gone));
    }
  }
}
