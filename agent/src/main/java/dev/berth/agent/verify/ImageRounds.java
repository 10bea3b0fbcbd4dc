package dev.berth.agent.verify;

import dev.berth.agent.image.ImageRehash;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hashes the mounted images every so often, so slowly that nobody notices. When something differs
 * it has the full list of checks tried at once, which says so to everybody. Runs on its own virtual
 * thread.
 */
public final class ImageRounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageRounds.class);
  private static final int MIB_PER_SECOND = 8;

  private final ImageRehash images;
  private final Duration interval;
  private final Runnable whenWrong;
  private final Thread thread;

  public ImageRounds(ImageRehash images, Duration interval, Runnable whenWrong) {
    this.images = images;
    this.interval = interval;
    this.whenWrong = whenWrong;
    this.thread = Thread.ofVirtual().name("image-rounds").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(interval);
        round();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void round() {
    try {
      ImageRehash.Seen seen = images.look(MIB_PER_SECOND);
      if (!seen.wrong().isEmpty()) {
        LOG.error("{}", String.join("; ", seen.wrong()));
        whenWrong.run();
      }
    } catch (IOException unreadable) {
      LOG.error("the mounted images could not be hashed again", unreadable);
      whenWrong.run();
    }
  }
}
