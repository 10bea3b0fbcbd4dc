package dev.berth.scheduler.confine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts a program that sees nothing of the host but /usr and the one file it is to read or write.
 *
 * <p>{@code bwrap} makes the namespaces and the file system, {@code setpriv} takes identity and
 * capabilities, {@code prlimit} sets the limits, and perl, which every Debian has, loads the filter
 * of system calls; no shell and no environment. Under root the program gets an id of its own; not
 * under root it needs user namespaces and keeps the caller's id outside of its own. Closing what
 * {@link #start} gives ends everything that it started. Thread-safe.
 */
public final class Confinement {
  /** No account has this id; nothing else runs under it. */
  public static final int ID = 60_999;

  /** Where the confined program finds its file. */
  public static final String FILE = "/mnt/file";

  /** What may be done with the file. */
  public enum Access {
    READ,
    WRITE
  }

  private static final String LOAD_FILTER =
      """
      my $code = pack('H*', shift);
      my $filter = pack('S x6 P', length($code) / 8, $code);
      syscall(157, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
      syscall(317, 1, 0, $filter) == 0 or die "seccomp: $!";
      exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!";
      """;

  private final Set<Wall> walls;
  private final boolean isRoot;

  public Confinement() throws IOException {
    this(EnumSet.allOf(Wall.class));
  }

  /** With these walls only; tests leave some out. */
  Confinement(Set<Wall> walls) throws IOException {
    this.walls = EnumSet.copyOf(walls);
    this.isRoot = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  /** Tests see with it that a wall is missed. */
  public static Confinement without(Wall wall) throws IOException {
    return new Confinement(EnumSet.complementOf(EnumSet.of(wall)));
  }

  /** Starts it; standard input, output and error are pipes. */
  public Confined start(Path file, Access access, Bounds bounds, List<String> program)
      throws IOException {
    boolean isLent = isRoot && walls.contains(Wall.OWN_ID);
    if (isLent) {
      lend(file, access);
    }
    ProcessBuilder builder = new ProcessBuilder(command(file, access, bounds, program));
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/bin:/bin");
    String name = Path.of(program.getFirst()).getFileName().toString();
    return new Confined(
        name,
        builder.directory(Path.of("/").toFile()).start(),
        isLent ? () -> takeBack(file) : () -> {});
  }

  private static void lend(Path file, Access access) throws IOException {
    Files.setAttribute(file, "unix:gid", ID, LinkOption.NOFOLLOW_LINKS);
    String mode = access == Access.WRITE ? "rw-rw----" : "rw-r-----";
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static void takeBack(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    Files.setAttribute(file, "unix:gid", 0, LinkOption.NOFOLLOW_LINKS);
  }

  private List<String> command(Path file, Access access, Bounds bounds, List<String> program) {
    List<String> command = new ArrayList<>();
    namespaces(command);
    files(command, file, access);
    identity(command);
    limits(command, bounds);
    if (walls.contains(Wall.FEW_SYSTEM_CALLS)) {
      String filter = HexFormat.of().formatHex(SystemCallFilter.program());
      Collections.addAll(command, "/usr/bin/perl", "-e", LOAD_FILTER, filter);
    }
    command.addAll(program);
    return command;
  }

  private void namespaces(List<String> command) {
    // The parent whose death it minds must be a process of its own, not a thread of this one.
    Collections.addAll(command, "/usr/bin/unshare", "--kill-child");
    Collections.addAll(command, "/usr/bin/bwrap", "--die-with-parent", "--new-session");
    if (!isRoot) {
      Collections.addAll(command, "--unshare-user", "--disable-userns");
    }
    wall(command, Wall.OWN_NETWORK, "--unshare-net");
    wall(command, Wall.OWN_PROCESSES, "--unshare-pid");
    wall(command, Wall.OWN_IPC, "--unshare-ipc");
    wall(command, Wall.OWN_NAMES, "--unshare-uts", "--hostname", "confined");
    wall(command, Wall.OWN_CGROUP_VIEW, "--unshare-cgroup");
    wall(command, Wall.NO_CAPABILITIES, "--cap-drop", "ALL");
    if (isRoot) { // for setpriv, which gives them back
      Collections.addAll(command, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID");
      Collections.addAll(command, "--cap-add", "CAP_SETPCAP");
    }
  }

  private void files(List<String> command, Path file, Access access) {
    if (walls.contains(Wall.OWN_FILES)) {
      Collections.addAll(command, "--ro-bind", "/usr", "/usr");
      Collections.addAll(command, "--symlink", "usr/lib", "/lib");
      Collections.addAll(command, "--symlink", "usr/lib64", "/lib64");
      // Perl opens it when a program comes by -e, and never reads it. No device is needed.
      Collections.addAll(command, "--perms", "0755", "--dir", "/mnt");
      Collections.addAll(command, "--perms", "0755", "--dir", "/dev");
      Collections.addAll(command, "--symlink", "../usr/bin/perl", "/dev/null");
    } else {
      Collections.addAll(command, "--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", "/mnt");
    }
    Collections.addAll(command, access == Access.WRITE ? "--bind" : "--ro-bind");
    Collections.addAll(command, file.toString(), FILE);
    wall(command, Wall.OWN_FILES, "--remount-ro", "/");
    Collections.addAll(command, "--chdir", "/");
  }

  private void identity(List<String> command) {
    Collections.addAll(command, "/usr/bin/setpriv", "--no-new-privs");
    if (isRoot) {
      String id = Integer.toString(ID);
      wall(command, Wall.OWN_ID, "--reuid", id, "--regid", id, "--clear-groups");
      wall(command, Wall.NO_CAPABILITIES, "--inh-caps=-all", "--bounding-set=-all");
    }
  }

  private void limits(List<String> command, Bounds bounds) {
    wall(
        command,
        Wall.LIMITS,
        "/usr/bin/prlimit",
        "--core=0",
        "--nofile=" + Bounds.OPEN_FILES,
        "--nproc=" + Bounds.PROCESSES,
        "--cpu=" + bounds.cpuSeconds(),
        "--as=" + bounds.memoryBytes(),
        "--fsize=" + bounds.fileBytes());
  }

  private void wall(List<String> command, Wall wall, String... words) {
    if (walls.contains(wall)) {
      Collections.addAll(command, words);
    }
  }
}
