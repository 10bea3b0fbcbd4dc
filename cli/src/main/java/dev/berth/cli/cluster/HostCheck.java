package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Is this machine able to run a cluster? Says what is missing before anything is changed. */
final class HostCheck {
  private static final Pattern RELEASE = Pattern.compile("([0-9]+)\\.([0-9]+).*");
  private static final List<String> COMMANDS =
      List.of("conmon", "mksquashfs", "nft", "ip", "losetup", "mkfs.ext4", "nsenter", "setsid");

  private HostCheck() {}

  static void pass(String path) {
    requireRoot();
    requireKernel();
    List<String> missing = COMMANDS.stream().filter(command -> !isOnPath(command, path)).toList();
    boolean runtime = isOnPath("crun", path) || isOnPath("runc", path);
    if (!missing.isEmpty() || !runtime) {
      String names = String.join(", ", missing) + (runtime ? "" : " crun or runc");
      throw CommandFailure.host(
          "this machine has no " + names.strip(),
          "start the cluster with ./berth up, which installs them");
    }
  }

  private static void requireRoot() {
    try {
      Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      if (uid.equals(0)) {
        return;
      }
    } catch (IOException noProc) {
      throw CommandFailure.host("/proc is not mounted", "mount it");
    }
    throw CommandFailure.host(
        "a cluster needs root: it makes namespaces, mounts and containers",
        "run it as root, e.g. sudo ./berth up");
  }

  private static void requireKernel() {
    String release;
    try {
      release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    } catch (IOException noProc) {
      throw CommandFailure.host("the kernel's version cannot be read", "see that /proc is mounted");
    }
    if (!isNewEnough(release)) {
      throw CommandFailure.host(
          "the kernel is " + release + "; idmapped overlay layers need 5.19 or newer",
          "boot a newer kernel (Debian 12 has 6.1)");
    }
  }

  static boolean isNewEnough(String release) {
    Matcher matcher = RELEASE.matcher(release);
    if (!matcher.matches()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    return major > 5 || (major == 5 && Integer.parseInt(matcher.group(2)) >= 19);
  }

  private static boolean isOnPath(String command, String path) {
    return Arrays.stream(path.split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory).resolve(command)));
  }
}
