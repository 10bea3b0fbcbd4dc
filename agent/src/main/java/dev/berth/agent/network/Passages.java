package dev.berth.agent.network;

import dev.berth.agent.linux.NfTables;
import dev.berth.agent.linux.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which place has which passage, here and in the kernel.
 *
 * <p>A chain is there before the first place that leads to it, and goes with the last; the open
 * passages stay. One place changes without a packet of another noticing. Thread-safe.
 */
final class Passages {
  private static final Logger LOG = LoggerFactory.getLogger(Passages.class);

  private static final Pattern FIXED =
      Pattern.compile(
          "\\t(set never|set forbidden|set routers|set own|map passages|chain (?!to_|admit_)\\w+) \\{.*?\\n\\t\\}",
          Pattern.DOTALL);

  private final NodeRules rules;
  private final Subnet subnet;
  private final Programs programs;
  private final NfTables elements;
  private final Map<Integer, Passage> places = new TreeMap<>();
  private final Set<Passage> made = new HashSet<>();
  private List<String> forbidden;
  private String asSet = "";

  Passages(NodeRules rules, Subnet subnet, Programs programs, List<String> forbidden) {
    this.rules = rules;
    this.forbidden = forbidden;
    this.subnet = subnet;
    this.programs = programs;
    this.elements = new NfTables(rules.names().table(), NodeRules.PASSAGES);
  }

  /** Replaces all rules of the node by these, whole. */
  synchronized void setUp(Map<Integer, Passage> known) throws IOException {
    try {
      programs.need(List.of(NodeNetwork.NFT, "-f", "-"), rules.all(known, forbidden, true));
    } catch (IOException e) {
      LOG.warn("closed connections keep the host's own timeouts: {}", e.getMessage());
      programs.need(List.of(NodeNetwork.NFT, "-f", "-"), rules.all(known, forbidden, false));
    }
    places.clear();
    places.putAll(known);
    made.clear();
    made.addAll(known.values());
    asSet = fixed();
  }

  /**
   * Whether the fixed part of the rules was not as it had been set; it is then. Without its bridge
   * the node was swept, and has no rules to get back.
   */
  synchronized boolean restore() throws IOException {
    if (!Files.exists(Path.of("/sys/class/net", rules.names().bridge()))) {
      return false;
    }
    String now = fixed();
    if (now.equals(asSet)) {
      return false;
    }
    setUp(Map.copyOf(places));
    return true;
  }

  /** The chains that don't come and go with passages, as the kernel has them. */
  private String fixed() throws IOException {
    String table = rules.names().table();
    var text = new StringBuilder();
    for (String family : List.of("inet", "bridge")) { // one program lists no two families
      var listed =
          programs.run(List.of(NodeNetwork.NFT, "-s", "-t", "list", "table", family, table), "");
      var parts = FIXED.matcher(listed.output());
      while (parts.find()) {
        text.append(parts.group());
      }
    }
    return text.toString();
  }

  /** No place reaches these networks, whatever its passage; in force when it returns. */
  synchronized void forbid(List<String> networks) throws IOException {
    if (networks.equals(forbidden)) {
      return;
    }
    forbidden = networks;
    var set = programs.run(List.of(NodeNetwork.NFT, "-f", "-"), rules.forbidding(networks));
    if (!set.succeeded()) {
      setUp(Map.copyOf(places)); // somebody had taken the rules away
    }
  }

  /** In force when it returns. */
  synchronized void put(int place, Passage passage) throws IOException {
    Passage before = places.get(place);
    if (passage.equals(before)) {
      return;
    }
    try {
      lead(place, before, passage);
    } catch (IOException e) {
      if (!restore()) {
        throw e;
      }
      lead(place, before, passage); // somebody had taken the rules away
    }
    places.put(place, passage);
    if (before != null) {
      forget(before);
    }
  }

  private void lead(int place, @Nullable Passage before, Passage passage) throws IOException {
    if (!made.contains(passage)) {
      programs.need(List.of(NodeNetwork.NFT, "-f", "-"), rules.chainOf(passage));
      made.add(passage);
    }
    if (before == null) {
      elements.put(subnet.bits(place), passage.chain());
    } else {
      elements.replace(subnet.bits(place), passage.chain());
    }
  }

  synchronized void remove(int place) throws IOException {
    Passage before = places.get(place);
    if (before != null) {
      elements.remove(subnet.bits(place));
      places.remove(place);
      forget(before);
    }
  }

  /** A chain that nothing leads to does no harm. */
  private void forget(Passage passage) throws IOException {
    if (passage.egress().equals(EgressPolicy.OPEN) || places.containsValue(passage)) {
      return;
    }
    made.remove(passage);
    boolean last = made.stream().noneMatch(it -> it.egress().equals(passage.egress()));
    var gone =
        programs.run(List.of(NodeNetwork.NFT, "-f", "-"), rules.withoutChainOf(passage, last));
    if (!gone.succeeded()) {
      LOG.warn("the rules of {} stay: {}", passage.chain(), gone.output().strip());
    }
  }
}
