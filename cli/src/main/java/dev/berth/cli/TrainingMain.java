package dev.berth.cli;

import dev.berth.cli.cluster.Training;
import java.io.IOException;
import java.nio.file.Path;

/** Run once after a build: makes the archives that let every program start quickly. */
public final class TrainingMain {
  private TrainingMain() {}

  public static void main(String[] arguments) throws IOException {
    new Training(BerthMain.surroundings(System.getenv()), Path.of(arguments[0])).run();
    System.exit(0);
  }
}
