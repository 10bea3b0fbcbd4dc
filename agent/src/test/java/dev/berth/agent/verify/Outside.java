package dev.berth.agent.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A network namespace that plays what lies outside of a node: some of TEST-NET-2, and the metadata
 * addresses of clouds. Reached by this machine alone; each holds listeners. Removed when closed.
 */
final class Outside implements AutoCloseable {
  static final int TCP = 7000;
  static final int UDP = 7001;
  static final List<String> METADATA =
      List.of("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16");

  /** Greets with the peer's address, then gives back what comes; the same by UDP. */
  private static final String LISTENER =
      """
      $| = 1;
      my ($tcp, $udp);
      socket($tcp, 2, 1, 0) && setsockopt($tcp, 1, 2, 1) or die $!;
      bind($tcp, pack("S n x12", 2, 7000)) && listen($tcp, 1024) or die $!;
      socket($udp, 2, 2, 0) && bind($udp, pack("S n x12", 2, 7001)) or die $!;
      $SIG{CHLD} = "IGNORE";
      print "ready\\n";
      my $pid = fork;
      if ($pid == 0) {
        while (1) {
          my $from = recv($udp, my $text, 2000, 0);
          send($udp, "hello " . join(".", unpack("x4 C4", $from)) . "\\n", 0, $from);
        }
      }
      while (1) {
        my $from = accept(my $peer, $tcp) or next;
        if (fork == 0) {
          syswrite($peer, "hello " . join(".", unpack("x4 C4", $from)) . "\\n");
          while (sysread($peer, my $text, 2000)) { syswrite($peer, $text) }
          exit 0;
        }
        close $peer;
      }
      """;

  private final String name;
  private final int base;
  private final int rule;
  private final List<Process> processes = new ArrayList<>();

  /** With metadata addresses for what comes from this bridge. */
  Outside(String bridge) throws IOException {
    var random = RandomGenerator.getDefault();
    this.name = "bo%06x".formatted(random.nextInt(1 << 24));
    this.base = 16 * random.nextInt(16);
    this.rule = random.nextInt(20_000, 30_000);
    run("ip", "netns", "add", name);
    run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
    run("ip", "addr", "add", gateway() + "/28", "dev", name);
    run("ip", "link", "set", name, "up");
    for (int host = 2; host < 6; host++) {
      inside("ip", "addr", "add", address(host) + "/28", "dev", "eth0");
    }
    inside("ip", "link", "set", "lo", "up");
    inside("ip", "link", "set", "eth0", "up");
    inside("ip", "route", "add", "default", "via", gateway());
    String table = Integer.toString(rule);
    for (String address : METADATA) {
      inside("ip", "addr", "add", address + "/32", "dev", "lo");
      run("ip", "route", "add", address + "/32", "via", address(2), "table", table);
    }
    run("ip", "rule", "add", "pref", table, "iif", bridge, "lookup", table);
    var listener = perl(LISTENER);
    if (!listener.inputReader().readLine().equals("ready")) {
      throw new IOException("the listener outside did not come up");
    }
  }

  /** This machine's own address there. */
  String gateway() {
    return address(1);
  }

  String address(int host) {
    return "198.51.100." + (base + host);
  }

  /** Runs there until this is closed. */
  Process perl(String program) throws IOException {
    var process =
        new ProcessBuilder("nsenter", "--net=/run/netns/" + name, "perl", "-e", program)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    processes.add(process);
    return process;
  }

  private void inside(String... command) throws IOException {
    List<String> whole = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + name));
    whole.addAll(List.of(command));
    run(whole.toArray(String[]::new));
  }

  static String run(String... command) throws IOException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
    return output;
  }

  @Override
  public void close() throws IOException {
    for (Process process : processes) {
      process.destroyForcibly().onExit().join();
    }
    // Only now: while it lived it could have more children than were seen.
    for (String pid : run("ip", "netns", "pids", name).lines().toList()) {
      ProcessHandle.of(Long.parseLong(pid.strip())).ifPresent(ProcessHandle::destroyForcibly);
    }
    run("ip", "rule", "del", "pref", Integer.toString(rule));
    run("ip", "route", "flush", "table", Integer.toString(rule));
    run("ip", "link", "del", name);
    run("ip", "netns", "del", name);
  }
}
