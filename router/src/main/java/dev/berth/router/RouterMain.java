package dev.berth.router;

import dev.berth.settings.Settings;
import dev.berth.settings.SettingsException;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a router until it is told to stop. */
public final class RouterMain {
  private static final Logger log = LoggerFactory.getLogger(RouterMain.class);
  private static final int USAGE = 64;
  private static final int CANNOT_START = 69;
  private static final int FAULT = 70;

  private RouterMain() {}

  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: router FILE   (a settings file; see docs/router.md)");
      System.exit(USAGE);
    }
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    Thread.setDefaultUncaughtExceptionHandler((thread, fault) -> {
      log.error("a fault in {}; the router ends and its supervisor starts another", thread, fault);
      Runtime.getRuntime().halt(FAULT);
    });
    Router router = start(Path.of(arguments[0]));
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(() -> {
                  router.close();
                  stopped.countDown();
                  // The signal's own exit code would be 143; being told to stop is no failure.
                  Runtime.getRuntime().halt(0);
                }));
    try {
      stopped.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Router start(Path file) {
    try {
      RouterSettings settings = RouterSettings.read(Settings.read(file));
      SplittableGenerator random =
          RandomGeneratorFactory.<SplittableGenerator>of("SplittableRandom").create();
      Router router = new Router(settings, Clock.systemUTC(), System::nanoTime, random);
      log.info("routing");
      return router;
    } catch (SettingsException mistakes) {
      System.err.println(mistakes.getMessage());
      System.exit(USAGE);
      throw mistakes;
    } catch (RuntimeException failure) {
      log.error("the router cannot start", failure);
      System.exit(CANNOT_START);
      throw failure;
    }
  }
}
