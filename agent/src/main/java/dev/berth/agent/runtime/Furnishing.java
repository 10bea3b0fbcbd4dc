package dev.berth.agent.runtime;

import dev.berth.agent.image.IdRange;
import dev.berth.agent.image.RootFileSystems.EtcFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The small things a process expects to find: its environment and a few files below /etc. */
final class Furnishing {
  private static final long MOST_BYTES = 1 << 16;

  private Furnishing() {}

  static Map<String, String> environment(ContainerPlan plan, Defences defences)
      throws HostException {
    boolean clean = defences.has(Defence.CLEAN_ENVIRONMENT);
    Map<String, String> environment = new TreeMap<>(clean ? Map.of() : System.getenv());
    environment.put(
        "PATH", "/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("HOME", "/app");
    environment.put("USER", "app");
    environment.put("LANG", "C.UTF-8");
    environment.put("PORT", Integer.toString(plan.port()));
    environment.putAll(plan.environment());
    for (var variable : environment.entrySet()) {
      if (variable.getKey().isEmpty()
          || variable.getKey().contains("=")
          || variable.getKey().indexOf('\0') >= 0
          || variable.getValue().indexOf('\0') >= 0) {
        throw new HostException(
            HostException.Kind.TENANT,
            "the config var '%s' can't be given to a process: it has no name, a '=' in its name, or"
                    .formatted(variable.getKey())
                + " a NUL character");
      }
    }
    return environment;
  }

  static String hostname(ContainerPlan plan) {
    return plan.processType() + "-" + plan.index();
  }

  static List<EtcFile> files(ContainerPlan plan, String address, Path base) throws IOException {
    String host = hostname(plan);
    int app = IdRange.APP_USER;
    List<EtcFile> files = new ArrayList<>();
    files.add(new EtcFile("hostname", host + "\n"));
    files.add(new EtcFile("hosts", "127.0.0.1 localhost\n" + address + " " + host + "\n"));
    files.add(new EtcFile("resolv.conf", nameServers()));
    files.add(
        new EtcFile(
            "passwd",
            with(
                base.resolve("etc/passwd"),
                "root:x:0:0:root:/:/bin/sh",
                "app:x:%d:%d:app:/app:/bin/sh".formatted(app, app))));
    files.add(
        new EtcFile("group", with(base.resolve("etc/group"), "root:x:0:", "app:x:" + app + ":")));
    return files;
  }

  /** The base's own file, or its first line, and a line for the app's user. */
  private static String with(Path file, String otherwise, String line) throws IOException {
    boolean usable =
        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) < MOST_BYTES;
    String text = usable ? Files.readString(file) : otherwise + "\n";
    String user = line.substring(0, line.indexOf(':') + 1);
    boolean there = text.lines().anyMatch(known -> known.startsWith(user));
    return there ? text : text.stripTrailing() + "\n" + line + "\n";
  }

  /** The host's name servers, less those that an instance can't reach. */
  private static String nameServers() {
    Path file = Path.of("/etc/resolv.conf");
    var text = new StringBuilder();
    try {
      for (String line : Files.readAllLines(file)) {
        boolean unreachable =
            line.startsWith("nameserver") && (line.contains("127.") || line.contains("::1"));
        if (!line.startsWith("#") && !unreachable) {
          text.append(line).append('\n');
        }
      }
    } catch (IOException e) {
      return ""; // a host without name resolution gives none to its instances
    }
    return text.toString();
  }
}
