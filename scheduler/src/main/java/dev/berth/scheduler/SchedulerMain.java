package dev.berth.scheduler;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a scheduler from a settings file and closes it on SIGTERM. */
public final class SchedulerMain {
  private static final Logger log = LoggerFactory.getLogger(SchedulerMain.class);

  private SchedulerMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length != 1) {
      System.err.println("usage: scheduler SETTINGS-FILE");
      System.exit(2);
    }
    try {
      run(SchedulerSettings.read(Path.of(arguments[0])));
    } catch (IOException | RuntimeException | Error failure) {
      log.error("the scheduler cannot go on", failure);
      System.exit(1); // threads of ZooKeeper and gRPC would keep a dead process alive
    }
  }

  private static void run(SchedulerSettings settings) throws IOException, InterruptedException {
    var clock = new SteadyClock(Clock.systemUTC().instant(), System::nanoTime);
    var ended = new CountDownLatch(1);
    var core = new SchedulerCore(settings.zooKeeper(), settings.cluster(), clock);
    core.failed().thenRun(ended::countDown);
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  ended.countDown();
                  join(main);
                }));
    ended.await();
    core.close();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
