package dev.berth.scheduler.store;

import com.google.protobuf.Message;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.CampaignId;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.GivenAnswer;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.state.Trial;
import dev.berth.scheduler.state.TrialId;
import dev.berth.scheduler.store.Paths.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.proto.CreateRequest;

/**
 * Turns batches into ZooKeeper operations.
 *
 * <p>Knows which znodes exist, so that each operation is the right one. Confined to the control
 * loop.
 */
final class Writes {
  static final int MAX_HISTORY = 10_000;

  /**
   * An operation and roughly how large it is.
   *
   * @param isGlued must be in the same transaction as the one before
   */
  record Write(Op operation, int bytes, boolean isGlued) {
    Write(Op operation, int bytes) {
      this(operation, bytes, false);
    }

    Write glued() {
      return new Write(operation, bytes, true);
    }
  }

  private final Paths paths;
  private final Set<String> existing;
  private final Map<String, Message> foreign;
  private final NavigableMap<Long, List<HistoryEvent>> segments = new TreeMap<>();

  Writes(Paths paths, Set<String> existing, List<HistoryEvent> history) {
    this(paths, existing, history, Map.of());
  }

  /** {@code foreign} holds what is there with fields that nobody here knows: they are kept. */
  Writes(
      Paths paths, Set<String> existing, List<HistoryEvent> history, Map<String, Message> foreign) {
    this.paths = paths;
    this.existing = existing;
    this.foreign = new ConcurrentHashMap<>(foreign);
    history.forEach(this::add);
  }

  /** What is there with fields that nobody here knows; may be asked by any thread. */
  Map<String, Message> foreign() {
    return Map.copyOf(foreign);
  }

  /** The counters as they are to be stored; no operation of a batch. */
  byte[] counters(ClusterState.Counters counters) {
    return kept(paths.counters(), Encoding.counters(counters)).toByteArray();
  }

  /** In an order in which every beginning makes sense: nothing refers to what comes later. */
  List<Write> of(Batch batch) {
    var operations = new ArrayList<Write>();
    var shards = new TreeSet<Shard>();
    var touched = new TreeSet<Long>();
    var begins = new ArrayList<Integer>(); // of each change among the operations
    for (Change change : batch.changes()) {
      begins.add(operations.size());
      switch (change) {
        case Change.PutTenant(Tenant tenant) ->
            operations.add(put(paths.tenant(tenant.id()), Encoding.tenant(tenant)));
        case Change.RemoveTenant(TenantId id) -> remove(paths.tenant(id), operations);
        case Change.PutApp(App app) -> operations.add(put(paths.app(app.id()), Encoding.app(app)));
        case Change.RemoveApp(AppId id) -> remove(paths.app(id), operations);
        case Change.PutRelease(Release release) ->
            operations.add(put(paths.release(release.id()), Encoding.release(release)));
        case Change.RemoveRelease(ReleaseId id) -> remove(paths.release(id), operations);
        case Change.PutBase(BaseLine base) ->
            operations.add(put(paths.base(base.name()), Encoding.base(base)));
        case Change.PutCampaign(Campaign campaign) ->
            operations.add(put(paths.campaign(campaign.id()), CampaignCodec.encoded(campaign)));
        case Change.RemoveCampaign(CampaignId id) -> remove(paths.campaign(id), operations);
        case Change.PutTrial(Trial trial) ->
            operations.add(put(paths.trial(trial.id()), TrialCodec.encoded(trial)));
        case Change.RemoveTrial(TrialId id) -> remove(paths.trial(id), operations);
        case Change.PutFreeze(FreezeOrder order) ->
            operations.add(put(paths.freeze(), UpkeepCodec.freeze(order)));
        case Change.PutAnswer(GivenAnswer answer, int changes) -> {
          operations.add(put(paths.answer(answer.sequence()), UpkeepCodec.answer(answer)));
          glue(operations, begins.get(begins.size() - 1 - changes));
        }
        case Change.RemoveAnswer(long sequence) -> remove(paths.answer(sequence), operations);
        case Change.PutNode(KnownNode node) ->
            operations.add(put(paths.node(node.id()), Encoding.node(node)));
        case Change.RemoveNode(NodeId id) -> remove(paths.node(id), operations);
        case Change.PutPlacement(Placement placement) -> shards.add(Shard.of(placement));
        case Change.RemovePlacement(Placement placement) -> shards.add(Shard.of(placement));
        case Change.AddEvent(HistoryEvent event) -> touched.add(add(event));
      }
    }
    placements(batch.after(), shards, operations);
    for (long segment : touched.tailSet(oldestKept())) { // of a long batch only the end is kept
      List<HistoryEvent> events = segments.getOrDefault(segment, List.of());
      operations.add(put(paths.history(segment), Encoding.history(events)));
    }
    trim(operations);
    return operations;
  }

  /** From here on to the last all go together. */
  private static void glue(List<Write> operations, int from) {
    for (int at = from + 1; at < operations.size(); at++) {
      operations.set(at, operations.get(at).glued());
    }
  }

  /** What a write into an empty store holds. */
  static byte[] data(Write write) {
    if (write.operation().toRequestRecord() instanceof CreateRequest create) {
      return create.getData();
    }
    throw new IllegalArgumentException(write.operation().getPath() + " is not made anew");
  }

  private void placements(ClusterState after, Set<Shard> shards, List<Write> operations) {
    var contents = new TreeMap<Shard, List<Placement>>();
    var types = new TreeSet<ProcessTypeId>();
    shards.forEach(shard -> types.add(shard.type()));
    for (ProcessTypeId type : types) {
      for (Placement placement : after.placements().of(type)) {
        Shard shard = Shard.of(placement);
        if (shards.contains(shard)) {
          contents.computeIfAbsent(shard, _ -> new ArrayList<>()).add(placement);
        }
      }
    }
    for (Shard shard : shards) {
      List<Placement> content = contents.get(shard);
      if (content == null) {
        remove(paths.placements(shard), operations);
      } else {
        operations.add(put(paths.placements(shard), Encoding.placements(shard.type(), content)));
      }
    }
  }

  private long add(HistoryEvent event) {
    long segment = event.sequence() / Paths.SHARD;
    segments.computeIfAbsent(segment, _ -> new ArrayList<>()).add(event);
    return segment;
  }

  /** The first segment that holds any of the newest events, as many as are kept. */
  private long oldestKept() {
    return segments.isEmpty() ? 0 : segments.lastKey() - MAX_HISTORY / Paths.SHARD - 1;
  }

  /** Only the newest segment grows; older ones are remembered by number alone. */
  private void trim(List<Write> operations) {
    if (segments.isEmpty()) {
      return;
    }
    long newest = segments.lastKey();
    segments.headMap(newest).replaceAll((_, _) -> List.of());
    while (segments.firstKey() < oldestKept()) {
      remove(paths.history(segments.pollFirstEntry().getKey()), operations);
    }
  }

  private Write put(String path, Message content) {
    byte[] data = kept(path, content).toByteArray();
    Op operation =
        existing.add(path)
            ? Op.create(path, data, ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT)
            : Op.setData(path, data, -1);
    return new Write(operation, path.length() + data.length);
  }

  private Message kept(String path, Message content) {
    Message known = foreign.get(path);
    return known == null ? content : UnknownFields.kept(known, content);
  }

  private void remove(String path, List<Write> operations) {
    foreign.remove(path);
    if (existing.remove(path)) {
      operations.add(new Write(Op.delete(path, -1), path.length()));
    }
  }
}
