package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Ipv4Network;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Egress policies: at most so many IPv4 networks, each written in its canonical form. */
final class EgressRules {
  private static final int MAX_NETWORKS = 64;

  /** What every node keeps from every instance, save what only the node knows. */
  private static final List<Ipv4Network> NEVER =
      List.of(
          Ipv4Network.of("0.0.0.0/8"),
          Ipv4Network.of("127.0.0.0/8"),
          Ipv4Network.of("169.254.0.0/16"),
          Ipv4Network.of("192.0.0.0/24"),
          Ipv4Network.of("100.100.100.200/32"),
          Ipv4Network.of("168.63.129.16/32"),
          Ipv4Network.of("224.0.0.0/3"));

  private EgressRules() {}

  static Verdict set(Request request, Tenant tenant, Command.SetEgress set) {
    Optional<Denied> problem =
        check("egress.allow", set.allow()).or(() -> check("egress.deny", set.deny()));
    if (problem.isPresent()) {
      return problem.get();
    }
    List<Ipv4Network> allow = networks(set.allow());
    for (Ipv4Network network : allow) {
      for (Ipv4Network never : NEVER) {
        if (never.contains(network)) {
          return invalid(
              "egress.allow",
              "%s is in %s, which no instance may ever reach".formatted(network, never),
              "leave it out");
        }
      }
    }
    Tenant after = tenant.withEgress(new EgressPolicy(allow, networks(set.deny())));
    String message =
        "egress set to allow %s, deny %s"
            .formatted(
                words(after.egress().allow(), "everything"),
                words(after.egress().deny(), "nothing"));
    return new Admitted(
        List.of(new Change.PutTenant(after)),
        List.of(request.event("tenant.egress-set", Subject.of(tenant.id()), message)),
        new Result.TenantResult(after));
  }

  private static Optional<Denied> check(String field, List<String> entries) {
    if (entries.size() > MAX_NETWORKS) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.LIMIT_EXCEEDED,
              field,
              "%d networks; at most %d are allowed".formatted(entries.size(), MAX_NETWORKS),
              "join neighbouring networks into larger ones"));
    }
    return entries.stream()
        .map(entry -> problem(field, entry))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Denied> problem(String field, String entry) {
    if (entry.indexOf(':') >= 0) {
      return Optional.of(
          invalid(
              field,
              Names.printable(entry) + " is IPv6; instances have no IPv6 at all",
              "leave it out: nothing can be reached over IPv6"));
    }
    Optional<Ipv4Network> network = Ipv4Network.around(entry);
    if (network.isEmpty()) {
      return Optional.of(
          invalid(
              field,
              "'%s' is no IPv4 network".formatted(Names.printable(entry)),
              "write an address and a prefix, such as 203.0.113.0/24 or 198.51.100.7/32"));
    }
    if (!network.get().toString().equals(entry)) {
      return Optional.of(
          invalid(
              field,
              "%s has bits set after its prefix".formatted(entry),
              "write %s for the whole network, or %s/32 for the one address"
                  .formatted(network.get(), entry.substring(0, entry.indexOf('/')))));
    }
    return Optional.empty();
  }

  private static Denied invalid(String field, String reason, String remedy) {
    return Refusals.denied(RefusalCode.INVALID_EGRESS, field, reason, remedy);
  }

  private static List<Ipv4Network> networks(List<String> entries) {
    return entries.stream().map(Ipv4Network::of).toList();
  }

  /** The first few; the history has no room for 128 of them. */
  private static String words(List<Ipv4Network> networks, String none) {
    if (networks.isEmpty()) {
      return none;
    }
    var shown = new ArrayList<String>();
    networks.stream().limit(8).forEach(network -> shown.add(network.toString()));
    int more = networks.size() - shown.size();
    return String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
  }
}
