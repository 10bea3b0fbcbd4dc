package dev.berth.scheduler.store;

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
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.NodeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * Reads the whole state, with many reads on their way at a time.
 *
 * <p>What cannot be read ends the attempt: a state with holes is never returned.
 */
final class Loading {
  private static final int MAX_IN_FLIGHT = 1000;

  private final ZooKeeper zooKeeper;
  private final Paths paths;
  private final Set<String> existing = new HashSet<>();
  private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);

  Loading(ZooKeeper zooKeeper, Paths paths) {
    this.zooKeeper = zooKeeper;
    this.paths = paths;
  }

  Set<String> existing() {
    return existing;
  }

  Store.Loaded load() throws KeeperException, InterruptedException, IOException {
    var changes = new ArrayList<Change>();
    for (byte[] data : all("tenants")) {
      changes.add(new Change.PutTenant(Decoding.tenant(StoredTenant.parseFrom(data))));
    }
    for (byte[] data : all("bases")) {
      changes.add(new Change.PutBase(Decoding.base(StoredBase.parseFrom(data))));
    }
    for (byte[] data : all("campaigns")) {
      changes.add(new Change.PutCampaign(CampaignCodec.decoded(StoredCampaign.parseFrom(data))));
    }
    for (byte[] data : all("trials")) {
      changes.add(new Change.PutTrial(TrialCodec.decoded(StoredTrial.parseFrom(data))));
    }
    for (byte[] data : all("nodes")) {
      changes.add(new Change.PutNode(Decoding.node(StoredNode.parseFrom(data))));
    }
    for (byte[] data : all("upkeep")) {
      changes.add(new Change.PutFreeze(UpkeepCodec.freeze(StoredFreeze.parseFrom(data))));
    }
    for (byte[] data : all("answers")) {
      changes.add(new Change.PutAnswer(UpkeepCodec.answer(StoredAnswer.parseFrom(data)), 0));
    }
    for (byte[] data : all("apps")) {
      changes.add(new Change.PutApp(Decoding.app(StoredApp.parseFrom(data))));
    }
    for (byte[] data : all("releases")) {
      changes.add(new Change.PutRelease(Decoding.release(StoredRelease.parseFrom(data))));
    }
    for (byte[] data : all("placements")) {
      Decoding.placements(StoredPlacements.parseFrom(data), NodeId::new)
          .forEach(placement -> changes.add(new Change.PutPlacement(placement)));
    }
    var history = new ArrayList<HistoryEvent>();
    for (byte[] data : all("history")) {
      history.addAll(Decoding.history(StoredHistory.parseFrom(data)));
    }
    history.sort(Comparator.comparingLong(HistoryEvent::sequence));
    byte[] counters = zooKeeper.getData(paths.counters(), false, new Stat());
    ClusterState state =
        ClusterState.empty()
            .after(changes)
            .withCounters(Decoding.counters(StoredCounters.parseFrom(counters)));
    return new Store.Loaded(state, history);
  }

  private List<byte[]> all(String name) throws KeeperException, InterruptedException {
    String directory = paths.directory(name);
    var reads = new ArrayList<CompletableFuture<byte[]>>();
    for (String child : zooKeeper.getChildren(directory, false)) {
      String path = directory + "/" + child;
      existing.add(path);
      inFlight.acquire();
      reads.add(read(path));
    }
    var contents = new ArrayList<byte[]>();
    for (CompletableFuture<byte[]> read : reads) {
      contents.add(await(read));
    }
    return contents;
  }

  private CompletableFuture<byte[]> read(String path) {
    var read = new CompletableFuture<byte[]>();
    zooKeeper.getData(
        path,
        false,
        (code, _, _, data, _) -> {
          inFlight.release();
          if (code == KeeperException.Code.OK.intValue()) {
            read.complete(data);
          } else {
            read.completeExceptionally(
                KeeperException.create(KeeperException.Code.get(code), path));
          }
        },
        null);
    return read;
  }

  private static byte[] await(CompletableFuture<byte[]> read)
      throws KeeperException, InterruptedException {
    try {
      return read.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof KeeperException cause) {
        throw cause;
      }
      throw new IllegalStateException(failure.getCause());
    }
  }
}
