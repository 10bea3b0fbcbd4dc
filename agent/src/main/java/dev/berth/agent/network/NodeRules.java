package dev.berth.agent.network;

import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The text of this node's tables, as nft reads it.
 *
 * <p>What a packet passes does not grow with the number of instances: the source is looked up once
 * and leads to the chain of its passage. A source without one passes nowhere. Immutable.
 */
record NodeRules(NetworkNames names, Subnet subnet, Defences defences) {
  static final String PASSAGES = "passages";

  /** So many times a second the limit of connections is lent anew. */
  private static final int BURSTS_IN = 10;

  /** TCP gets an answer at once, however often it tries; the kernel sends few ICMP answers. */
  private static final String REFUSE = "goto refuse";

  /**
   * Closed connections are forgotten soon, so that they can't fill the host's table: those that
   * instances began, and the host's to them, of which each health check is one.
   */
  static final String TIMEOUTS =
      """
        ct timeout brief {
          protocol tcp;
          l3proto ip;
          policy = { syn_sent : 20, syn_recv : 20, fin_wait : 30, close_wait : 60, last_ack : 15, time_wait : 10, close : 5, established : 86400 };
        }
        ct timeout soon {
          protocol tcp;
          l3proto ip;
          policy = { time_wait : 10, close : 5 };
        }
      """;

  /** What comes from instances is judged before it is routed, and before any NAT of the host's. */
  private static final String HOOKS =
      """
        set never {
          type ipv4_addr; flags interval; auto-merge;
          elements = { 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 192.0.0.0/24, 100.100.100.200,
                       168.63.129.16, 224.0.0.0/3, SURROUNDINGS }
        }
        set forbidden {
          type ipv4_addr; flags interval; auto-merge;
          FORBIDDEN_ELEMENTS
        }
        chain refuse {
          meta l4proto tcp reject with tcp reset
          reject with icmp type admin-prohibited
          drop
        }
        chain prerouting {
          type filter hook prerouting priority -150; policy accept;
          iifname != BRIDGE return
          IPV6: meta nfproto ipv6 drop
          ct direction reply ct state established,related accept
          REACH: ip daddr @never REFUSE
          FORBIDDEN: ip daddr @forbidden REFUSE
          REACH: fib daddr type != unicast REFUSE
          TIMEOUTS: ct state new ct timeout set "brief"
        }
        chain input {
          type filter hook input priority -10; policy accept;
          iifname BRIDGE ct direction reply ct state established,related accept
          REACH: iifname BRIDGE REFUSE
          IPV6: iifname BRIDGE meta nfproto ipv6 drop
        }
        chain output {
          type filter hook output priority -10; policy accept;
          oifname BRIDGE icmp type redirect drop
          TIMEOUTS: oifname BRIDGE ct state new ct timeout set "soon"
        }
        chain postrouting {
          type nat hook postrouting priority 100; policy accept;
          ip saddr SUBNET oifname != BRIDGE masquerade
        }
      """;

  /** The policy is asked for each packet, so that a change cuts what is open. */
  private static final String FORWARDING =
      """
        chain forward {
          type filter hook forward priority -10; policy accept;
          iifname BRIDGE jump outward
          oifname BRIDGE jump inward
        }
        chain outward {
          IPV6: meta nfproto ipv6 drop
          REACH: oifname "bth*" REFUSE
          ct state != { new, established } drop
          ct direction != original drop
          POLICY
          REFUSE
          drop
        }
        chain inward {
          CLOSED: ct state != { established, related } REFUSE
          CLOSED: ct direction != reply drop
          CLOSED: ct state related meta l4proto != icmp drop
          CLOSED: POLICY
          CLOSED: drop
        }
        chain cut {
          iifname BRIDGE REFUSE
          drop
        }
      """;

  /**
   * Both tables anew in one transaction, so no packet passes between old and new.
   *
   * @param forbidden networks that no passage leads to
   */
  String all(Map<Integer, Passage> places, List<String> forbidden, boolean timeouts) {
    var text = new StringBuilder();
    for (String family : new String[] {"inet", "bridge"}) {
      text.append("add table %1$s %2$s\ndelete table %1$s %2$s\n".formatted(family, names.table()));
    }
    text.append("table inet " + names.table() + " {\n");
    text.append(timeouts ? TIMEOUTS : "");
    text.append("  map " + PASSAGES + " { type ipv4_addr : verdict; }\n");
    text.append(base(forbidden, timeouts)).append("}\n");
    for (Passage passage : places.values().stream().distinct().toList()) {
      text.append(chainOf(passage));
    }
    places.forEach((place, passage) ->
        text.append(
            "add element inet %s %s { %s : goto %s }\n"
                .formatted(names.table(), PASSAGES, subnet.address(place), passage.chain())));
    return text.append(bridge()).toString();
  }

  /** Other networks that no passage leads to, in place of those before. */
  String forbidding(List<String> networks) {
    String set = "inet " + names.table() + " forbidden";
    String elements =
        networks.isEmpty()
            ? ""
            : "add element %s { %s }\n".formatted(set, String.join(", ", networks));
    return "flush set " + set + "\n" + elements;
  }

  private String base(List<String> forbidden, boolean timeouts) {
    String text = HOOKS + FORWARDING;
    String policy =
        defences.has(Defence.EGRESS_POLICY)
            ? "ct original ip saddr vmap @" + PASSAGES
            : "ct original ip saddr " + subnet + " accept";
    return text.replace("POLICY", policy)
        .replace("REFUSE", REFUSE)
        .replace("BRIDGE", '"' + names.bridge() + '"')
        .replace("SURROUNDINGS", subnet.surroundings())
        .replace("SUBNET", subnet.toString())
        .replace(
            "FORBIDDEN_ELEMENTS",
            forbidden.isEmpty() ? "" : "elements = { " + String.join(", ", forbidden) + " }")
        .replace("FORBIDDEN:", with(Defence.FORBIDDEN_NETWORKS))
        .replace("REACH:", with(Defence.UNREACHABLE_NETWORKS))
        .replace("IPV6:", with(Defence.NO_IPV6))
        .replace("CLOSED:", with(Defence.CLOSED_TO_OUTSIDE))
        .replace("TIMEOUTS:", timeouts ? "" : "#");
  }

  /** Before a rule that belongs to the defence. */
  private String with(Defence defence) {
    return defences.has(defence) ? "" : "#";
  }

  /** What every instance with this passage goes through; adding it again changes nothing. */
  String chainOf(Passage passage) {
    String table = "inet " + names.table();
    String key = passage.egress().key();
    String chain = passage.chain();
    int most = passage.connections();
    HeldConnections held = HeldConnections.atMost(most);
    var text = new StringBuilder();
    text.append(
        """
        add set %1$s rate_%2$d { type ipv4_addr; size 8192; flags dynamic,timeout; timeout 10s; }
        add set %1$s held_%2$d { typeof ip saddr . ct id; size 131072; flags dynamic; }
        add chain %1$s admit_%2$d
        flush chain %1$s admit_%2$d
        add rule %1$s admit_%2$d update @rate_%2$d { ip saddr limit rate over %3$d/second burst %2$d packets } %4$s
        add rule %1$s admit_%2$d add @held_%2$d { ip saddr . jhash ct id mod %6$d ct count over %7$d } %4$s
        add chain %1$s %5$s
        flush chain %1$s %5$s
        """
            .formatted(
                table,
                most,
                Math.max(1, most / BURSTS_IN),
                REFUSE,
                chain,
                held.lists(),
                held.each()));
    text.append(set(table, "deny_" + key, passage.egress().deny()));
    text.append(set(table, "allow_" + key, passage.egress().allow()));
    if (!passage.egress().deny().isEmpty()) {
      text.append(
          "add rule %s %s ct original ip daddr @deny_%s goto cut\n".formatted(table, chain, key));
    }
    if (!passage.egress().allow().isEmpty()) {
      text.append(
          "add rule %s %s ct original ip daddr != @allow_%s goto cut\n"
              .formatted(table, chain, key));
    }
    if (defences.has(Defence.CONNECTION_LIMIT)) {
      // A connection of which nothing was answered yet is new with every packet, but tracked once.
      text.append(
          "add rule %s %s ct status & confirmed == 0 jump admit_%d\n"
              .formatted(table, chain, most));
    }
    return text.append("add rule %s %s accept\n".formatted(table, chain)).toString();
  }

  private static String set(String table, String name, Collection<String> networks) {
    return networks.isEmpty()
        ? ""
        : """
        add set %1$s %2$s { type ipv4_addr; flags interval; auto-merge; }
        flush set %1$s %2$s
        add element %1$s %2$s { %3$s }
        """
            .formatted(table, name, String.join(", ", networks));
  }

  /** Takes the chain of a passage away; its limit's stays for others. */
  String withoutChainOf(Passage passage, boolean lastOfItsPolicy) {
    String table = "inet " + names.table();
    String key = passage.egress().key();
    var text = new StringBuilder("delete chain %s %s\n".formatted(table, passage.chain()));
    if (lastOfItsPolicy && !passage.egress().deny().isEmpty()) {
      text.append("delete set %s deny_%s\n".formatted(table, key));
    }
    if (lastOfItsPolicy && !passage.egress().allow().isEmpty()) {
      text.append("delete set %s allow_%s\n".formatted(table, key));
    }
    return text.toString();
  }

  /** A frame passes from a port only as IPv4, from the port's own addresses, to the gateway. */
  private String bridge() {
    String own =
        IntStream.rangeClosed(1, subnet.places())
            .mapToObj(place ->
                "\"%s\" . %s . %s"
                    .formatted(names.link(place), subnet.mac(place), subnet.address(place)))
            .collect(Collectors.joining(", "));
    return """
    table bridge %1$s {
      set own { type ifname . ether_addr . ipv4_addr; elements = { %4$s } }
      chain prerouting {
        type filter hook prerouting priority -300; policy accept;
        iifname "%2$s*" ether daddr %3$s ether type ip iifname . ether saddr . ip saddr @own accept
        %5$s iifname "%2$s*" drop
      }
    }
    """
        .formatted(
            names.table(),
            names.linkPrefix(),
            subnet.mac(0),
            own,
            defences.has(Defence.SOURCE_CHECK) ? "" : "#");
  }
}
