package dev.berth.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.output.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which processes belong to the cluster, on disk for whoever comes after a crash.
 *
 * <p>A process is known by its pid and the moment it began, so that a pid used again is never taken
 * for ours. Thread-safe.
 */
final class ProcessTable {
  static final String SUPERVISOR = "supervisor";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path file;
  private final Map<String, ProcessHandle> processes = new TreeMap<>();

  ProcessTable(Path file) {
    this.file = file;
  }

  synchronized void put(String name, ProcessHandle process) {
    processes.put(name, process);
    ObjectNode json = Json.object();
    processes.forEach(
        (key, it) -> json.putObject(key).put("pid", it.pid()).put("began", beganMillis(it)));
    ClusterFile.writeWhole(file, Json.line(json) + "\n");
  }

  /** Those that were recorded and live still, by name. */
  static Map<String, ProcessHandle> living(Path file) {
    Map<String, ProcessHandle> living = new TreeMap<>();
    if (!Files.exists(file)) {
      return living;
    }
    try {
      JsonNode json = MAPPER.readTree(file.toFile());
      json.properties()
          .forEach(entry -> find(entry.getValue()).ifPresent(it -> living.put(entry.getKey(), it)));
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(file + " cannot be read", unreadable);
    }
    return living;
  }

  private static Optional<ProcessHandle> find(JsonNode record) {
    return ProcessHandle.of(record.path("pid").asLong())
        .filter(ProcessHandle::isAlive)
        .filter(it -> beganMillis(it) == record.path("began").asLong());
  }

  private static long beganMillis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
