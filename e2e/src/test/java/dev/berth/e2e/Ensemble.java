package dev.berth.e2e;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** Three ZooKeeper servers as an operator would run them, each a process with its own directory. */
final class Ensemble implements AutoCloseable {
  static final int SERVERS = 3;
  private static final int HEAP_MIB = 64;

  private final List<ChildJvm> servers = new ArrayList<>();
  private final List<Path> directories = new ArrayList<>();
  private final List<Integer> clientPorts;

  private Ensemble(List<Integer> clientPorts) {
    this.clientPorts = List.copyOf(clientPorts);
  }

  static Ensemble start(Path directory) throws IOException {
    List<Integer> ports = freePorts(3 * SERVERS);
    var ensemble = new Ensemble(ports.subList(0, SERVERS));
    String members =
        IntStream.rangeClosed(1, SERVERS)
            .mapToObj(number ->
                "server.%d=127.0.0.1:%d:%d"
                    .formatted(
                        number,
                        ports.get(SERVERS + number - 1),
                        ports.get(2 * SERVERS + number - 1)))
            .collect(Collectors.joining("\n"));
    for (int number = 1; number <= SERVERS; number++) {
      Path own = Files.createDirectories(directory.resolve("zookeeper-" + number));
      Files.writeString(own.resolve("myid"), number + "\n");
      Files.writeString(
          own.resolve("zoo.cfg"),
          """
          tickTime=500
          initLimit=40
          syncLimit=20
          maxSessionTimeout=40000
          dataDir=%s
          clientPort=%d
          clientPortAddress=127.0.0.1
          admin.enableServer=false
          %s
          """
              .formatted(own, ports.get(number - 1), members));
      ensemble.directories.add(own);
      ensemble.servers.add(
          ChildJvm.start(
              own.resolve("log"),
              HEAP_MIB,
              QuorumPeerMain.class.getName(),
              own.resolve("zoo.cfg").toString()));
    }
    return ensemble;
  }

  String connectString() {
    return clientPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  List<Integer> clientPorts() {
    return clientPorts;
  }

  ChildJvm server(int number) {
    return servers.get(number - 1);
  }

  void killAll() {
    servers.forEach(ChildJvm::kill);
  }

  /** As when their disks are lost: they are dead, and begin with nothing. */
  void forgetAll() throws IOException {
    killAll();
    for (Path own : directories) {
      try (var files = Files.walk(own.resolve("version-2"))) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  void ensureAll() {
    servers.forEach(ChildJvm::ensure);
  }

  @Override
  public void close() {
    killAll();
  }

  private static List<Integer> freePorts(int count) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int left = count; left > 0; left--) {
        sockets.add(new ServerSocket(0));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }
}
