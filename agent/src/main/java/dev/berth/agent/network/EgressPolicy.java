package dev.berth.agent.network;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where an instance may open connections to; what is denied wins.
 *
 * @param allow IPv4 networks; empty: everything that is not denied
 */
public record EgressPolicy(List<String> allow, List<String> deny) {
  private static final int MOST_NETWORKS = 64;
  private static final String PART = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern NETWORK =
      Pattern.compile("(" + PART + "\\.){3}" + PART + "/(3[0-2]|[12]?\\d)");

  public static final EgressPolicy OPEN = new EgressPolicy(List.of(), List.of());

  /** For an order whose policy can't be read. */
  public static final EgressPolicy CLOSED = new EgressPolicy(List.of(), List.of("0.0.0.0/0"));

  public EgressPolicy {
    allow = checked("allow", allow);
    deny = checked("deny", deny);
  }

  /** Nothing but what was checked here reaches the text that nft reads. */
  private static List<String> checked(String list, List<String> networks) {
    if (networks.size() > MOST_NETWORKS) {
      throw new IllegalArgumentException(
          "egress %s has %d networks; at most %d are allowed"
              .formatted(list, networks.size(), MOST_NETWORKS));
    }
    for (String network : networks) {
      if (!NETWORK.matcher(network).matches()) {
        throw new IllegalArgumentException("egress " + list + " has an entry that is no network");
      }
    }
    return networks.stream().sorted().distinct().toList();
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
