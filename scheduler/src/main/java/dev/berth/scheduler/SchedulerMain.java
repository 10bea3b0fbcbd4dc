package dev.berth.scheduler;

import dev.berth.admin.RunFile;
import dev.berth.settings.SettingsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scheduler as a program: {@code SchedulerMain FILE}.
 *
 * <p>Writes the run file once it serves, ends with 0 after SIGTERM, with 1 when it can lead no
 * more, with 2 when its settings are wrong.
 */
public final class SchedulerMain {
  private static final Logger log = LoggerFactory.getLogger(SchedulerMain.class);

  private SchedulerMain() {}

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1) {
      System.err.println("usage: SchedulerMain FILE.properties");
      System.exit(2);
    }
    SchedulerSettings settings;
    try {
      settings = SchedulerSettings.read(Path.of(arguments[0]));
    } catch (SettingsException | IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.exit(2);
      return;
    }
    System.exit(run(settings));
  }

  private static int run(SchedulerSettings settings) throws Exception {
    long pid = ProcessHandle.current().pid();
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    AtomicInteger code = new AtomicInteger(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(end, closed, code), "shutdown"));
    AtomicBoolean hasFailed = new AtomicBoolean();
    var clock = new SteadyClock(Clock.systemUTC().instant(), System::nanoTime);
    var outside = new Scheduler.Outside(clock, new SecureRandom());
    try (Scheduler scheduler = new Scheduler(settings, outside)) {
      var _ =
          scheduler
              .failed()
              .thenAccept(fault -> {
                hasFailed.set(true);
                end.countDown();
              });
      Map<String, Object> run = new LinkedHashMap<>();
      run.put("pid", pid);
      run.put("program", "scheduler");
      run.put("apiPort", scheduler.apiPort());
      run.put("adminPort", scheduler.adminPort());
      RunFile.write(settings.runFile(), run);
      log.info("serving on port {}", scheduler.apiPort());
      end.await();
      log.info("stopping");
      code.set(hasFailed.get() ? 1 : 0);
    } finally {
      closed.countDown();
    }
    return code.get();
  }

  /** Halts, because the exit code after a signal would otherwise tell of the signal. */
  private static void stop(CountDownLatch end, CountDownLatch closed, AtomicInteger code) {
    end.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(code.get());
  }
}
