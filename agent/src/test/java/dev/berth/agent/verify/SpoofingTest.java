package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import dev.berth.agent.runtime.Wait;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Frames that no instance can make without capabilities, made for it by the host: none but its own
 * IPv4 to the gateway gets through the port.
 */
@Tag("root")
@Timeout(60)
class SpoofingTest {
  private static final String MARK = "6265727468"; // "berth"
  private static final String LAST = "6c617374"; // "last"
  private static final String FAR = "c000024d"; // 192.0.2.77
  private static final String ALL = "ffffffffffff";

  @TempDir static Path directory;
  private static NetworkNode node;
  private static Cell hostile;
  private static Cell neighbour;

  @BeforeAll
  static void open() throws Exception {
    node = new NetworkNode(directory.resolve("one"), NetworkNode.clusterId(), 1, Defences.all());
    hostile = node.cell();
    neighbour = hostile.neighbour();
  }

  @AfterAll
  static void close() {
    node.close();
  }

  @Test
  void itsOwnFramesPass() throws Exception {
    assertThat(seen(node, hostile, frame(gateway(node), mac(hostile), "0800", ip(hostile))))
        .isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "another's address, gateway, own, 0800, other",
    "another's MAC, gateway, other, 0800, own",
    "another's MAC and address, gateway, other, 0800, other",
    "straight to a neighbour, other, own, 0800, own",
    "to everybody, all, own, 0800, own",
    "an ARP answer, gateway, own, 0806, own",
    "IPv6, gateway, own, 86dd, own",
    "a tagged frame, gateway, own, 8100000a0800, own",
    "a doubly tagged frame, gateway, own, 88a8000a8100000b0800, own",
    "PPPoE, gateway, own, 8864, own",
    "LLC, gateway, own, 0040, own",
    "a bridge's own protocol, 0180c2000000, own, 0026424203, own"
  })
  void nothingElseDoes(String what, String to, String from, String type, String source)
      throws Exception {
    String frame =
        frame(place(to), place(from), type, source.equals("own") ? ip(hostile) : ip(neighbour));

    assertThat(seen(node, hostile, frame)).as(what).isFalse();
  }

  @Test
  void withoutTheCheckAnothersAddressWouldPass() throws Exception {
    Defences open = Defences.all().without(Defence.SOURCE_CHECK, Defence.READ_BACK);
    try (var unchecked =
        new NetworkNode(directory.resolve("open"), NetworkNode.clusterId(), 3, open)) {
      Cell cell = unchecked.cell();
      String other = ip(cell.neighbour());

      assertThat(seen(unchecked, cell, frame(gateway(unchecked), mac(cell), "0800", other)))
          .isTrue();
    }
  }

  /** Whether a frame arrives at the bridge or at a neighbour; own frames after it show the end. */
  private static boolean seen(NetworkNode on, Cell from, String frame) throws Exception {
    Process bridge = sniffer(List.of("perl", "-e", SNIFF.formatted(on.bridge())));
    String namespace = "--net=/proc/" + from.neighbour().pid() + "/ns/net";
    Process there = sniffer(List.of("nsenter", namespace, "perl", "-e", SNIFF.formatted("eth0")));
    try (BufferedReader atBridge = bridge.inputReader();
        BufferedReader atNeighbour = there.inputReader()) {
      assertThat(atBridge.readLine()).isEqualTo("ready");
      assertThat(atNeighbour.readLine()).isEqualTo("ready");
      String last = frame(gateway(on), mac(from), "0800", ip(from));
      last = last.substring(0, last.length() - LAST.length()) + LAST;

      Attacks.frames(from, List.of(frame, last));

      boolean arrived = false;
      for (String line = line(atBridge); !line.equals("last"); line = line(atBridge)) {
        arrived = true;
      }
      return arrived || atNeighbour.ready();
    } finally {
      bridge.destroyForcibly().onExit().join();
      there.destroyForcibly().onExit().join();
    }
  }

  private static final String SNIFF =
      """
      $| = 1;
      socket(my $raw, 17, 3, 0x0300) or die $!;
      my $link = pack("a16 x24", "%s");
      ioctl($raw, 0x8933, $link) or die $!;
      $link = unpack("x16 i", $link);
      bind($raw, pack("S n i S C C x8", 17, 3, $link, 0, 0, 0)) or die $!;
      print "ready\\n";
      while (1) {
        my $link = recv($raw, my $frame, 2000, 0);
        next if unpack("x10 C", $link) == 4; # what this side answers
        print "last\\n" if $frame =~ /berthlast/;
        print "marked\\n" if $frame =~ /berth(?!last)/;
      }
      """;

  private static String line(BufferedReader from) throws Exception {
    Wait.until(from::ready);
    return from.readLine();
  }

  private static String place(String word) {
    return switch (word) {
      case "gateway" -> gateway(node);
      case "own" -> mac(hostile);
      case "other" -> mac(neighbour);
      case "all" -> ALL;
      default -> word;
    };
  }

  private static String gateway(NetworkNode on) {
    return "02be" + hex(on.host().facts().subnet().gateway());
  }

  private static String mac(Cell cell) {
    return "02be" + ip(cell);
  }

  private static String ip(Cell cell) {
    return hex(cell.address());
  }

  private static String hex(String address) {
    var hex = new StringBuilder();
    for (String part : address.split("\\.", -1)) {
      hex.append("%02x".formatted(Integer.parseInt(part)));
    }
    return hex.toString();
  }

  /**
   * With a datagram in it that the host would not send on, or an ARP answer; both with the mark.
   */
  private static String frame(String to, String from, String type, String source) {
    String gateway = gateway(node).substring(4);
    String inside =
        type.equals("0806")
            ? "0001080006040002" + from + source + to + gateway
            : header("45000025000040000111", source + FAR) + "1388138800110000";
    return to + from + type + inside + MARK + "00000000";
  }

  /** With its checksum between the two parts: some bridges drop what has none. */
  private static String header(String first, String addresses) {
    int sum = 0;
    for (int at = 0; at < (first + addresses).length(); at += 4) {
      sum += Integer.parseInt((first + addresses).substring(at, at + 4), 16);
    }
    sum = (sum & 0xFFFF) + (sum >>> 16);
    return first + "%04x".formatted(~(sum + (sum >>> 16)) & 0xFFFF) + addresses;
  }

  private static Process sniffer(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
