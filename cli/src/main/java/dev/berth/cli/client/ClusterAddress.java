package dev.berth.cli.client;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.cluster.ClusterFile;
import dev.berth.cli.cluster.StateDirectory;
import dev.berth.identity.Identity;
import io.grpc.ChannelCredentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the cluster is and who calls it.
 *
 * @param token a tenant's token; null for an operator, whose certificate is in the credentials
 */
public record ClusterAddress(
    String host, int port, ChannelCredentials credentials, @Nullable String token) {
  private static final Pattern HOST_PORT =
      Pattern.compile("(\\[[0-9a-f:]+]|[^:\\s]+):([0-9]{1,5})");

  /** A tenant's, if BERTH_API is set; else the operator's, from the cluster's state directory. */
  public static ClusterAddress find(StateDirectory state, Map<String, String> environment) {
    String api = environment.getOrDefault("BERTH_API", "");
    return api.isBlank() ? ofOperator(state) : ofTenant(api.strip(), environment);
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
        "127.0.0.1",
        cluster.apiPort(),
        Identity.load(state.identity("operator")).channelCredentials(),
        null);
  }

  private static ClusterAddress ofTenant(String api, Map<String, String> environment) {
    Matcher matcher = HOST_PORT.matcher(api);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
      throw CommandFailure.usage(
          "BERTH_API is HOST:PORT, not \"" + api + "\"",
          "write for example berth.example.com:7100");
    }
    String token = required(environment, "BERTH_TOKEN", "the token that the operator gave you");
    String authority = required(environment, "BERTH_CA", "the file with the cluster's ca.crt");
    return new ClusterAddress(
        matcher.group(1),
        Integer.parseInt(matcher.group(2)),
        Identity.anonymousCredentials(Path.of(authority)),
        token);
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
