package dev.berth.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.CommandFailure;
import dev.berth.cli.output.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What was settled when the cluster was made: its id, its ports and each node's addresses.
 *
 * @param subnets of node-1, node-2, ...
 */
public record ClusterFile(
    String id, String domain, int apiPort, int httpPort, List<String> subnets) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public ClusterFile {
    subnets = List.copyOf(subnets);
  }

  public static ClusterFile read(Path file) {
    try {
      JsonNode json = MAPPER.readTree(file.toFile());
      List<String> subnets = new ArrayList<>();
      json.required("subnets").forEach(subnet -> subnets.add(subnet.asText()));
      return new ClusterFile(
          json.required("id").asText(),
          json.required("domain").asText(),
          json.required("apiPort").asInt(),
          json.required("httpPort").asInt(),
          subnets);
    } catch (IOException | IllegalArgumentException unreadable) {
      throw CommandFailure.host(
          file + " cannot be read: " + unreadable.getMessage(),
          "restore it, or begin anew with berth down --purge");
    }
  }

  void write(Path file) {
    ObjectNode json =
        Json.object()
            .put("id", id)
            .put("domain", domain)
            .put("apiPort", apiPort)
            .put("httpPort", httpPort);
    subnets.forEach(json.putArray("subnets")::add);
    writeWhole(file, Json.line(json) + "\n");
  }

  /** A reader sees the old text or the new, never half. */
  static void writeWhole(Path file, String text) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      throw CommandFailure.host(
          file + " cannot be written: " + failure.getMessage(), "see that the disk has room");
    }
  }
}
