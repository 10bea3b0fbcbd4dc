package dev.berth.agent.network;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Where an instance may open connections to; what is denied wins.
 *
 * @param allow IPv4 networks; empty: everything that is not denied
 */
public record EgressPolicy(List<String> allow, List<String> deny) {
  private static final int MOST_NETWORKS = 64;

  public static final EgressPolicy OPEN = new EgressPolicy(List.of(), List.of());

  /** For an order whose policy can't be read. */
  public static final EgressPolicy CLOSED = new EgressPolicy(List.of(), List.of("0.0.0.0/0"));

  public EgressPolicy {
    allow = checked("allow", allow);
    deny = checked("deny", deny);
  }

  private static List<String> checked(String list, List<String> networks) {
    return Networks.checked(
        "egress " + list, networks, MOST_NETWORKS, _ -> "has an entry that is no network");
  }

  /** Equal for equal policies, and short enough for the name of a chain. */
  String key() {
    if (equals(OPEN)) {
      return "open";
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(
                  (String.join(" ", allow) + "|" + String.join(" ", deny))
                      .getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
