package dev.berth.agent.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.agent.network.Passage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What this node has set aside for each placement, on disk before anything is done with it.
 *
 * <p>A record that can't be read is an error, never "nothing is there". Thread-safe for different
 * placements.
 */
final class Ledger {

  /** How far the last incarnation of a placement had come. */
  enum Phase {
    /** No container. */
    RESERVED,
    /** Something of it may exist. */
    STARTING,
    /** It was verified and handed over. */
    STARTED
  }

  /**
   * One placement.
   *
   * @param place its number in the subnet; gives address, link and id range
   * @param passage what it may do on the network
   * @param bootId of the host when it started; another one now means that all is gone
   */
  record Entry(
      long placementId,
      int place,
      int incarnation,
      Phase phase,
      int port,
      long pid,
      long startTicks,
      String bootId,
      Passage passage) {

    Entry with(Passage other) {
      return new Entry(
          placementId, place, incarnation, phase, port, pid, startTicks, bootId, other);
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private final Path directory;

  Ledger(Path directory) {
    this.directory = directory;
  }

  List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory, "*.json")) {
      for (Path file : files) {
        entries.add(JSON.readValue(file.toFile(), Entry.class));
      }
    }
    entries.sort(java.util.Comparator.comparingLong(Entry::placementId));
    return entries;
  }

  /** By place. */
  Map<Integer, Passage> passages() throws IOException {
    Map<Integer, Passage> passages = new TreeMap<>();
    entries().forEach(entry -> passages.put(entry.place(), entry.passage()));
    return passages;
  }

  /**
   * Replaces the record of a placement. With {@code forced} it survives a power cut, which
   * addresses must; what runs does not survive one anyway.
   */
  void write(Entry entry, boolean forced) throws IOException {
    Path file = file(entry.placementId());
    Path partial = directory.resolve(entry.placementId() + ".partial");
    try (var channel =
        FileChannel.open(
            partial,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(JSON.writeValueAsBytes(entry)));
      if (forced) {
        channel.force(false);
      }
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  void remove(long placementId) throws IOException {
    Files.deleteIfExists(file(placementId));
  }

  private Path file(long placementId) {
    return directory.resolve(placementId + ".json");
  }
}
