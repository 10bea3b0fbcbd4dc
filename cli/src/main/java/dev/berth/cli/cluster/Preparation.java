package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import dev.berth.identity.CertificateAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Settles what a cluster is before any of its programs runs: id, ports, addresses, identities.
 *
 * <p>What an earlier start has settled stays, unless the caller says otherwise.
 */
final class Preparation {
  private static final String DOMAIN = "localhost";
  private static final int MOST_AGENTS = 32;

  private final StateDirectory state;

  Preparation(StateDirectory state) {
    this.state = state;
  }

  /**
   * What the caller asks for; -1 means "as before, or the default".
   *
   * @param freshId for a cluster that is made now
   */
  record Wishes(int httpPort, int apiPort, int agents, String freshId) {}

  ClusterFile prepare(Wishes wishes) {
    state.make();
    ClusterFile before =
        Files.exists(state.clusterFile())
            ? ClusterFile.read(state.clusterFile())
            : new ClusterFile(wishes.freshId, DOMAIN, 7100, 8080, List.of());
    ClusterFile cluster =
        new ClusterFile(
            before.id(),
            before.domain(),
            port(wishes.apiPort, before.apiPort()),
            port(wishes.httpPort, before.httpPort()),
            subnets(before, wishes.agents));
    requireFree("api", cluster.apiPort(), "--api-port");
    requireFree("HTTP", cluster.httpPort(), "--http-port");
    cluster.write(state.clusterFile());
    issueIdentities(cluster.subnets().size());
    return cluster;
  }

  private static int port(int wish, int before) {
    if (wish > 65_535 || wish < -1) {
      throw CommandFailure.usage(
          "a port is from 1 to 65535, or 0 for any free one, not " + wish, "choose another");
    }
    return wish == 0 ? anyFreePort() : wish == -1 ? before : wish;
  }

  private static int anyFreePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException none) {
      throw CommandFailure.host("this host has no free port", "see what listens with ss -lnt");
    }
  }

  private static void requireFree(String what, int port, String option) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port));
    } catch (IOException taken) {
      throw CommandFailure.host(
          "the " + what + " port " + port + " is taken by another program",
          "choose another with " + option + ", or 0 for any free one");
    }
  }

  private static List<String> subnets(ClusterFile before, int wish) {
    int has = before.subnets().size();
    int count = wish == -1 ? Math.max(1, has) : wish;
    if (count < Math.max(1, has) || count > MOST_AGENTS) {
      throw CommandFailure.usage(
          "--agents must be from "
              + Math.max(1, has)
              + " to "
              + MOST_AGENTS
              + ", not "
              + count
              + (has > count ? "; this cluster has " + has + " nodes already" : ""),
          "choose another number, or begin anew with berth down --purge");
    }
    List<Subnet> taken = new ArrayList<>(HostRoutes.takenByOthers(before.id()));
    List<Subnet> kept =
        before.subnets().stream()
            .map(Subnet::of)
            .filter(own -> taken.stream().noneMatch(own::overlaps))
            .toList();
    if (kept.size() == count) {
      return before.subnets();
    }
    List<Subnet> chosen = new ArrayList<>(kept.size() == has ? kept : List.of());
    taken.addAll(chosen);
    chosen.addAll(Subnet.choose(count - chosen.size(), Integer.parseInt(before.id(), 16), taken));
    if (chosen.size() < count) {
      throw CommandFailure.host(
          "this host's routes leave no room for " + count + " nodes in 10.88.0.0/13",
          "ask for fewer --agents");
    }
    return chosen.stream().map(Subnet::toString).toList();
  }

  private void issueIdentities(int agents) {
    boolean exists = Files.exists(state.identity("ca"));
    CertificateAuthority authority =
        exists
            ? CertificateAuthority.open(state.identity("ca"))
            : CertificateAuthority.create(state.identity("ca"));
    issue(authority, "scheduler", "scheduler");
    issue(authority, "operator", "operator");
    issue(authority, "router-1", "router:router-1");
    for (int number = 1; number <= agents; number++) {
      issue(authority, "node-" + number, "agent:node-" + number);
    }
  }

  private void issue(CertificateAuthority authority, String directory, String commonName) {
    if (!Files.exists(state.identity(directory).resolve("ca.crt"))) {
      authority.issue(commonName, state.identity(directory));
    }
  }
}
