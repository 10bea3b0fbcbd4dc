package dev.berth.cli.client;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.cluster.ClusterFile;
import dev.berth.cli.cluster.StateDirectory;
import dev.berth.identity.Identity;
import dev.berth.leader.LeaderHint;
import io.grpc.ChannelCredentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the cluster is and who calls it.
 *
 * @param schedulers host:port of each that may lead
 * @param token a tenant's token; null for an operator, whose certificate is in the credentials
 * @param isHere the cluster runs on this machine, from a state directory
 */
public record ClusterAddress(
    List<String> schedulers,
    ChannelCredentials credentials,
    @Nullable String token,
    boolean isHere) {
  public ClusterAddress {
    schedulers = List.copyOf(schedulers);
  }

  /**
   * From BERTH_API, as an operator if BERTH_IDENTITY is set and else as a tenant; without it the
   * operator's, from the cluster's state directory.
   */
  public static ClusterAddress find(StateDirectory state, Map<String, String> environment) {
    String api = environment.getOrDefault("BERTH_API", "");
    if (api.isBlank()) {
      return ofOperator(state);
    }
    String identity = environment.getOrDefault("BERTH_IDENTITY", "").strip();
    return identity.isEmpty()
        ? ofTenant(api, environment)
        : new ClusterAddress(
            schedulers(api), Identity.load(Path.of(identity)).channelCredentials(), null, false);
  }

  public static ClusterAddress ofOperator(StateDirectory state) {
    if (!Files.isReadable(state.clusterFile()) || !Files.isReadable(state.identity("operator"))) {
      boolean hidden = Files.exists(state.root()) && !Files.isReadable(state.root());
      throw new CommandFailure(
          ExitCode.UNREACHABLE,
          "NO_CLUSTER",
          hidden
              ? "the cluster's state in " + state.root() + " is for its operator (root) alone"
              : "there is no cluster in " + state.root(),
          hidden
              ? "run as root, or set BERTH_API, BERTH_TOKEN and BERTH_CA as a tenant"
              : "start one with berth up, name its --state-dir, or set BERTH_API");
    }
    ClusterFile cluster = ClusterFile.read(state.clusterFile());
    return new ClusterAddress(
        List.of("127.0.0.1:" + cluster.apiPort()),
        Identity.load(state.identity("operator")).channelCredentials(),
        null,
        true);
  }

  private static ClusterAddress ofTenant(String api, Map<String, String> environment) {
    String token = required(environment, "BERTH_TOKEN", "the token that the operator gave you");
    String authority = required(environment, "BERTH_CA", "the file with the cluster's ca.crt");
    return new ClusterAddress(
        schedulers(api), Identity.anonymousCredentials(Path.of(authority)), token, false);
  }

  private static List<String> schedulers(String api) {
    List<String> schedulers = Arrays.stream(api.split(",", -1)).map(String::strip).toList();
    for (String scheduler : schedulers) {
      if (!LeaderHint.isAddress(scheduler)) {
        throw CommandFailure.usage(
            "BERTH_API is HOST:PORT, or several separated by commas, not \"" + api.strip() + "\"",
            "write for example berth.example.com:7100");
      }
    }
    return schedulers;
  }

  private static String required(Map<String, String> environment, String name, String what) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      throw CommandFailure.usage(
          "BERTH_API is set, but not " + name, "set " + name + " to " + what);
    }
    return value;
  }
}
