package dev.berth.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A network namespace of the test's own, with two ways to it from the host. Either can be cut: what
 * is sent on it is lost then, and nobody is told.
 */
final class Partition implements AutoCloseable {
  static final int WAYS = 2;
  private static final int NETWORKS = 1 << 14;

  private final String id = "%06x".formatted(ThreadLocalRandom.current().nextInt(1 << 24));
  private final String namespace = "berth-e2e-" + id;

  Partition() {
    run("ip", "netns", "add", namespace);
    try {
      inside("ip", "link", "set", "lo", "up");
      for (int way = 0; way < WAYS; way++) {
        lay(way);
      }
    } catch (RuntimeException failure) {
      close();
      throw failure;
    }
  }

  private void lay(int way) {
    String near = near(way);
    String far = far(way);
    run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", namespace);
    run("ip", "address", "add", address(way, 1) + "/30", "dev", near);
    run("ip", "link", "set", near, "up");
    inside("ip", "address", "add", address(way, 2) + "/30", "dev", far);
    inside("ip", "link", "set", far, "up");
  }

  String namespace() {
    return namespace;
  }

  /** Of the namespace, by this way. */
  String address(int way) {
    return address(way, 2);
  }

  void cut(int way) {
    String table = "inet cut" + way;
    inside("nft", "add table " + table);
    inside("nft", "add chain " + table + " in { type filter hook input priority 0 ; }");
    inside("nft", "add chain " + table + " out { type filter hook output priority 0 ; }");
    inside("nft", "add rule " + table + " in iifname " + far(way) + " drop");
    inside("nft", "add rule " + table + " out oifname " + far(way) + " drop");
  }

  void mend(int way) {
    inside("nft", "delete table inet cut" + way);
  }

  private String near(int way) {
    return "bp" + id + "-" + way;
  }

  private static String far(int way) {
    return "way" + way;
  }

  /** Of the range that is kept for tests of networks. */
  private String address(int way, int host) {
    int place = (Integer.parseInt(id, 16) % NETWORKS * WAYS + way) * 4 + host;
    return "198.%d.%d.%d".formatted(18 + (place >> 16), place >> 8 & 255, place & 255);
  }

  private void inside(String... command) {
    var whole = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
    whole.addAll(List.of(command));
    run(whole.toArray(String[]::new));
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + said);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** After all that runs in it. */
  @Override
  public void close() {
    run("ip", "netns", "delete", namespace); // its ends of the ways go, and with them the others
  }
}
