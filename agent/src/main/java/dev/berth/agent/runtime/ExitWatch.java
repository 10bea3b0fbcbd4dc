package dev.berth.agent.runtime;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Notices that conmon wrote how a container ended.
 *
 * <p>Calls {@code written} with the container's name within milliseconds, and {@code tick} every
 * second, for what the kernel's notices may miss. Both run on its one thread.
 */
final class ExitWatch implements AutoCloseable {
  private final WatchService service;
  private final Thread thread;

  ExitWatch(Path directory, Consumer<String> written, Runnable tick) throws IOException {
    service = directory.getFileSystem().newWatchService();
    directory.register(service, StandardWatchEventKinds.ENTRY_CREATE);
    thread = Thread.ofPlatform().name("exit-watch").daemon().unstarted(() -> watch(written, tick));
  }

  void start() {
    thread.start();
  }

  private void watch(Consumer<String> written, Runnable tick) {
    try {
      while (true) {
        var key = service.poll(1, TimeUnit.SECONDS);
        if (key == null) {
          tick.run();
          continue;
        }
        boolean lost = false;
        for (var event : key.pollEvents()) {
          lost |= event.kind().equals(StandardWatchEventKinds.OVERFLOW);
          if (event.context() instanceof Path name) {
            written.accept(name.toString());
          }
        }
        if (lost) {
          tick.run();
        }
        key.reset();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ClosedWatchServiceException e) {
      // closed on purpose
    }
  }

  @Override
  public void close() {
    try {
      service.close();
      thread.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
