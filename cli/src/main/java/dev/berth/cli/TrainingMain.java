package dev.berth.cli;

import dev.berth.cli.cluster.Training;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;
import java.nio.file.Path;

/** Run once after a build: makes the archives that let every program start quickly. */
public final class TrainingMain {
  private TrainingMain() {}

  public static void main(String[] arguments) throws IOException {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    new Training(BerthMain.surroundings(System.getenv()), Path.of(arguments[0])).run();
    System.exit(0);
  }
}
