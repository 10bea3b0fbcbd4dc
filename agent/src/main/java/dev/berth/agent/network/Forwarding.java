package dev.berth.agent.network;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The host's IPv4 forwarding switch, shared by all nodes of all clusters on this machine.
 *
 * <p>The first node to need it writes down what it was; the last to go puts that back. Guarded by a
 * file lock between processes.
 */
public final class Forwarding {
  private static final Path SWITCH = Path.of("/proc/sys/net/ipv4/ip_forward");
  private static final Path RECORD = Path.of("/run/berth-ip-forward");
  private static final Path LINKS = Path.of("/sys/class/net");
  private static final Object IN_THIS_PROCESS = new Object();

  public void enable() throws IOException {
    synchronized (IN_THIS_PROCESS) {
      try (var channel =
              FileChannel.open(RECORD, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        if (Files.size(RECORD) == 0) {
          Files.writeString(RECORD, Files.readString(SWITCH));
        }
        Files.writeString(SWITCH, "1\n", StandardOpenOption.WRITE);
      }
    }
  }

  /** Called after the caller's own bridge is gone. */
  public void restoreIfLast() throws IOException {
    synchronized (IN_THIS_PROCESS) {
      if (!Files.exists(RECORD)) {
        return;
      }
      try (var channel = FileChannel.open(RECORD, StandardOpenOption.WRITE);
          var _ = channel.lock();
          var links = Files.newDirectoryStream(LINKS, "bth*")) {
        String before = Files.readString(RECORD);
        if (!links.iterator().hasNext() && !before.isEmpty()) {
          Files.writeString(SWITCH, before, StandardOpenOption.WRITE);
          Files.delete(RECORD);
        }
      }
    }
  }
}
