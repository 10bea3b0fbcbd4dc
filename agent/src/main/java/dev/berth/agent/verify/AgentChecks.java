package dev.berth.agent.verify;

import dev.berth.agent.runtime.Defence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * What the agent keeps to itself: its directories, its programs, sockets and devices of the host.
 */
final class AgentChecks {
  private static final String CLOSED = "rwx------";

  private AgentChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of(
                "state-closed",
                "CVE-2021-41103 CVE-2024-25621",
                "the agent's directories are 0700, and nobody can list them",
                AgentChecks::stateClosed)
            .quickly()
            .noticing(Defence.CLOSED_DIRECTORIES),
        Check.of(
                "runtime-unchangeable",
                "CVE-2019-5736",
                "not even root can write the programs that make containers",
                AgentChecks::runtime)
            .quickly()
            .noticing(Defence.OWN_RUNTIME),
        Check.of(
                "own-programs-unchangeable",
                "CVE-2019-5736",
                "every program that runs is read-only, as the kernel says when it is touched",
                cell ->
                    Seen.nothingOf(
                        cell.inside(
                            """
                            opendir(my $processes, "/proc") or die $!;
                            for (map "/proc/$_/exe", "self", grep /^\\d+$/, readdir $processes) {
                              my $done = utime(undef, undef, $_);
                              print "$_ ", $done ? "was changed" : "gave " . ($! + 0), "; "
                                if $done || $! != 30;
                              print "$_ can be written; "
                                if open(my $file, ">>", $_) || open($file, "+<", $_);
                            }
                            """),
                        "all read-only"))
            .noticing(Defence.READ_ONLY_ROOT),
        Check.of(
                "host-devices-untouched",
                "CVE-2025-52565",
                "a container's devices are other inodes than the host's, which root owns",
                AgentChecks::hostDevices)
            .quickly()
            .noticing(Defence.OWN_DEVICES),
        Check.of(
                "host-sockets-unreachable",
                "CVE-2020-15257",
                "an abstract socket of the host refuses connections",
                AgentChecks::abstractSocket)
            .noticing(Defence.OWN_NETWORK_NAMESPACE));
  }

  private static Seen stateClosed(Cell cell) throws IOException {
    Path state = cell.host().stateDirectory();
    List<String> open = new ArrayList<>();
    List<Path> directories = new ArrayList<>(List.of(state));
    try (var below = Files.newDirectoryStream(state, Files::isDirectory)) {
      below.forEach(directories::add);
    }
    for (Path directory : directories) {
      String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
      if (!mode.equals(CLOSED)) {
        open.add(directory.getFileName() + " is " + mode);
      }
    }
    var nobody =
        List.of(
            "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/ls");
    List<String> listing = new ArrayList<>(nobody);
    listing.add(state.toString());
    if (cell.programs().run(listing, "").succeeded()) {
      open.add("nobody can list it");
    }
    return Seen.nothingOf(String.join(", ", open), directories.size() + " closed");
  }

  private static Seen runtime(Cell cell) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Path program : cell.host().programs()) {
      if (isWritable(program)) {
        wrong.add(program.getFileName() + " can be written");
      }
      if (!isAsInstalled(program)) {
        wrong.add(program.getFileName() + " differs from the one that is installed");
      }
    }
    return Seen.nothingOf(
        String.join(", ", wrong), cell.host().programs().size() + " unchangeable");
  }

  private static boolean isWritable(Path program) {
    try (var file = Files.newByteChannel(program, StandardOpenOption.WRITE)) {
      return file.isOpen();
    } catch (IOException readOnly) {
      return false;
    }
  }

  private static boolean isAsInstalled(Path program) throws IOException {
    for (String directory : List.of("/usr/bin", "/usr/sbin", "/usr/local/bin")) {
      Path installed = Path.of(directory).resolve(program.getFileName());
      if (Files.exists(installed) && Files.mismatch(installed, program) < 0) {
        return true;
      }
    }
    return false;
  }

  private static Seen hostDevices(Cell cell) throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String name : List.of("null", "zero", "full", "random", "urandom", "tty")) {
      Path ofHost = Path.of("/dev", name);
      Path inside = cell.process().resolve("root/dev").resolve(name);
      if (Files.getAttribute(ofHost, "unix:dev").equals(Files.getAttribute(inside, "unix:dev"))) {
        wrong.add(name + " is the host's");
      }
      if (!Files.getAttribute(ofHost, "unix:uid").equals(0)) {
        wrong.add(ofHost + " belongs to " + Files.getAttribute(ofHost, "unix:uid"));
      }
    }
    return Seen.nothingOf(String.join(", ", wrong), "all its own");
  }

  /** The host listens for as long as its program's input is open. */
  private static Seen abstractSocket(Cell cell) throws IOException {
    String name = "berth-check-" + cell.pid();
    String listening =
        """
        socket(my $socket, 1, 1, 0) or die "socket: $!";
        bind($socket, pack("S a*", 1, "\\0%s")) or die "bind: $!";
        listen($socket, 1);
        sysread(STDIN, my $end, 1);
        """
            .formatted(name);
    var listener = cell.programs().hold(List.of(CellImages.PERL, "-e", listening));
    try {
      awaitSocket(name);
      String seen =
          cell.inside(
              """
              socket(my $socket, 1, 1, 0) or die "socket: $!";
              print connect($socket, pack("S a*", 1, "\\0%s")) ? "connected" : $! + 0;
              """
                  .formatted(name));
      return Seen.exactly("111", seen);
    } finally {
      listener.letGo();
    }
  }

  private static void awaitSocket(String name) throws IOException {
    for (int turn = 0; turn < 1000; turn++) {
      if (Files.readString(Path.of("/proc/net/unix")).contains("@" + name)) {
        return;
      }
      java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
    }
    throw new IOException("the host's own program does not listen");
  }
}
