package dev.berth.bench.million;

import dev.berth.admin.RunFile;
import dev.berth.scheduler.store.EmbeddedZooKeeper;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The scheduler's own ZooKeeper server in a process of its own: {@code StoreMain DIRECTORY
 * RUN-FILE}. For the takeovers, where the scheduler is killed and its store is not.
 */
public final class StoreMain {
  private StoreMain() {}

  public static void main(String[] arguments) throws Exception {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(Path.of(arguments[0]))) {
      RunFile.write(Path.of(arguments[1]), Map.of("connect", server.connectString()));
      new CountDownLatch(1).await();
    }
  }
}
