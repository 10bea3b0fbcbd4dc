package dev.berth.scheduler.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.HistoryEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A whole state in its stored form: what every znode below the root says, in order of path.
 *
 * <p>Two images of the same state are equal. Holds config vars and token hashes in the clear.
 */
public final class StateImage {
  private static final Paths PATHS = new Paths("");
  private static final String COUNTERS = "counters";
  private static final String HISTORY = "history/";

  private final SortedMap<String, ByteString> contents;

  private StateImage(SortedMap<String, ByteString> contents) {
    this.contents = contents;
  }

  /** A state as it can be read, and what else is stored with it. */
  public record Legible(Store.Loaded loaded, Map<String, Message> foreign) {

    /** Fit to be led with again. */
    public StateImage revived(String reason, Instant now) {
      return of(Revival.of(loaded, reason, now), Revival.moved(foreign));
    }
  }

  public static StateImage of(Store.Loaded loaded) {
    return of(loaded, Map.of());
  }

  /** With the fields that nobody here knows, of the messages at these paths below the root. */
  static StateImage of(Store.Loaded loaded, Map<String, Message> foreign) {
    var contents = new TreeMap<String, ByteString>();
    var known = new HashMap<String, Message>();
    foreign.forEach((path, message) -> known.put("/" + path, message));
    var writes = new Writes(PATHS, new HashSet<>(), List.of(), known);
    for (Writes.Write write : writes.of(new Batch(changes(loaded), loaded.state()))) {
      contents.put(
          write.operation().getPath().substring(1), ByteString.copyFrom(Writes.data(write)));
    }
    contents.put(COUNTERS, ByteString.copyFrom(writes.counters(loaded.state().counters())));
    return new StateImage(contents);
  }

  /** From entries as they came; their paths need not be legal. */
  public static StateImage of(Map<String, ByteString> contents) {
    return new StateImage(new TreeMap<>(contents));
  }

  private static List<Change> changes(Store.Loaded loaded) {
    ClusterState state = loaded.state();
    var changes = new ArrayList<Change>();
    state.tenants().values().forEach(it -> changes.add(new Change.PutTenant(it)));
    state.bases().values().forEach(it -> changes.add(new Change.PutBase(it)));
    state.campaigns().values().forEach(it -> changes.add(new Change.PutCampaign(it)));
    state.upkeep().trials().values().forEach(it -> changes.add(new Change.PutTrial(it)));
    state.nodes().values().forEach(it -> changes.add(new Change.PutNode(it)));
    state.apps().values().forEach((App it) -> changes.add(new Change.PutApp(it)));
    state.releases().values().forEach(it -> changes.add(new Change.PutRelease(it)));
    state.placements().byId().values().forEach(it -> changes.add(new Change.PutPlacement(it)));
    changes.add(new Change.PutFreeze(state.upkeep().freeze()));
    state
        .upkeep()
        .answers()
        .bySequence()
        .values()
        .forEach(it -> changes.add(new Change.PutAnswer(it, 0)));
    for (HistoryEvent event : loaded.history()) {
      changes.add(new Change.AddEvent(event));
    }
    return changes;
  }

  /** By path below the root. */
  public Map<String, ByteString> contents() {
    return Collections.unmodifiableMap(contents);
  }

  /** What a znode of it is to hold that every state has. */
  byte[] counters() {
    return contents.getOrDefault(COUNTERS, ByteString.EMPTY).toByteArray();
  }

  /** All znodes but the counters. */
  Map<String, ByteString> entries() {
    var entries = new TreeMap<>(contents);
    entries.remove(COUNTERS);
    return entries;
  }

  /**
   * The state that it holds.
   *
   * @throws IllegalArgumentException if any of it cannot be read: then none of it is
   */
  public Store.Loaded loaded() {
    return legible().loaded();
  }

  /** The same, with what cannot be read here, but is to be kept. */
  public Legible legible() {
    var read = new Contents(PATHS);
    for (Map.Entry<String, ByteString> entry : contents.entrySet()) {
      try {
        if (entry.getKey().equals(COUNTERS)) {
          read.putCounters(entry.getValue());
        } else if (PATHS.isEntry("/" + entry.getKey())) {
          read.put("/" + entry.getKey(), entry.getValue(), 0);
        } else {
          throw new IllegalArgumentException(entry.getKey() + " is no part of a state");
        }
      } catch (InvalidProtocolBufferException | RuntimeException illegible) {
        throw new IllegalArgumentException(
            "%s is not legible: %s".formatted(entry.getKey(), illegible.getMessage()), illegible);
      }
    }
    if (!contents.containsKey(COUNTERS)) {
      throw new IllegalArgumentException("the counters are missing");
    }
    var foreign = new HashMap<String, Message>();
    read.foreign().forEach((path, message) -> foreign.put(PATHS.below(path), message));
    return new Legible(read.loaded(), Map.copyOf(foreign));
  }

  /** SHA-256 over all of it. */
  public String sha256() {
    return sha256(_ -> true);
  }

  /** The same without the history, which changes when nothing else does. */
  public String stateSha256() {
    return sha256(path -> !path.startsWith(HISTORY) && !path.equals(COUNTERS));
  }

  private String sha256(Predicate<String> counts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Map.Entry<String, ByteString> entry : contents.entrySet()) {
        if (counts.test(entry.getKey())) {
          digest.update(entry.getKey().getBytes(StandardCharsets.UTF_8));
          digest.update((byte) 0);
          digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, entry.getValue().size()));
          digest.update(entry.getValue().asReadOnlyByteBuffer());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("this Java has no SHA-256", impossible);
    }
  }
}
