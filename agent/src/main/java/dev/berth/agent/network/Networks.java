package dev.berth.agent.network;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Lists of IPv4 networks, such as {@code 10.0.0.0/8}: nothing else reaches the text for nft. */
public final class Networks {
  private static final String PART = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern NETWORK =
      Pattern.compile("(" + PART + "\\.){3}" + PART + "/(3[0-2]|[12]?\\d)");

  private Networks() {}

  /** Checks a list of what is forbidden on a node. */
  public static List<String> forbidden(List<String> networks, int most) {
    return checked(
        "network.forbidden",
        networks,
        most,
        network -> "has '" + network + "', which is no IPv4 network such as 192.0.2.0/24");
  }

  /** Checks a list of where routers may call from. */
  public static List<String> routers(List<String> networks, int most) {
    return checked(
        "network.routers",
        networks,
        most,
        network -> "has '" + network + "', which is no IPv4 network such as 192.0.2.1/32");
  }

  /**
   * In order and without repetitions.
   *
   * @param wrong says what is wrong with an entry that is no network
   */
  static List<String> checked(
      String list, List<String> networks, int most, Function<String, String> wrong) {
    if (networks.size() > most) {
      throw new IllegalArgumentException(
          "%s has %d networks; at most %d are allowed".formatted(list, networks.size(), most));
    }
    for (String network : networks) {
      if (!NETWORK.matcher(network).matches()) {
        throw new IllegalArgumentException(list + " " + wrong.apply(network));
      }
    }
    return networks.stream().sorted().distinct().toList();
  }
}
