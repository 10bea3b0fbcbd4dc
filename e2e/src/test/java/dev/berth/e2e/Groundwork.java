package dev.berth.e2e;

import dev.berth.bench.cluster.BaseImages;

/**
 * The base image debian-12: it takes long to make, is made once, and is needed by several classes.
 * It is made while those run that do not need it; who needs it earlier waits for it.
 */
final class Groundwork {
  private static final Thread WORK =
      Thread.ofPlatform()
          .daemon()
          .name("groundwork")
          .unstarted(() -> BaseImages.image(Stage.home(), "debian-12"));

  private Groundwork() {}

  static synchronized void begin() {
    if (WORK.getState() == Thread.State.NEW) {
      WORK.start();
      Runtime.getRuntime().addShutdownHook(new Thread(WORK::interrupt));
    }
  }
}
