package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.output.Progress;
import dev.berth.cli.upload.BlobDigest;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a base image by its recipe, once: the image is kept beside the build, under the recipe's
 * hash, and serves every cluster that this checkout brings up.
 *
 * <p>A changed recipe is made anew; to renew the packages, remove the file. Confined to one thread.
 */
final class BaseRecipe {
  private static final int REMEMBERED_LINES = 12;

  private final Path home;
  private final String line;
  private final Progress progress;

  BaseRecipe(Path home, String line, Progress progress) {
    this.home = home;
    this.line = line;
    this.progress = progress;
  }

  /** The image; what its recipe says while it is made goes to the log as well. */
  Path image(Path log) {
    Path recipe = home.resolve("deploy/bases").resolve(line).resolve("make");
    try {
      Path kept = Files.createDirectories(home.resolve(".berth-build/bases"));
      Path image = kept.resolve(line + "-" + BlobDigest.of(recipe).sha256() + ".sqfs");
      if (!Files.exists(image)) {
        progress.milestone("Making the base image " + line + " (once; about a minute) ...");
        // Under a name of its own first: another `berth up` may be making the same.
        Path fresh =
            image.resolveSibling(image.getFileName() + "." + ProcessHandle.current().pid());
        make(recipe, fresh, log);
        Files.move(fresh, image, StandardCopyOption.ATOMIC_MOVE);
      }
      return image;
    } catch (IOException failure) {
      throw CommandFailure.host(
          recipe + " cannot be run: " + failure.getMessage(), "see that the checkout is complete");
    }
  }

  private void make(Path recipe, Path image, Path log) throws IOException {
    try {
      Process process =
          new ProcessBuilder(recipe.toString(), image.toString())
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      List<String> last = show(process, log);
      if (process.waitFor() != 0) {
        throw CommandFailure.host(
            "the base image could not be made:\n    " + String.join("\n    ", last),
            "see " + log + "; once it is put right, run berth up again");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making the base image", interrupted);
    }
  }

  private List<String> show(Process process, Path log) throws IOException {
    List<String> last = new ArrayList<>();
    try (BufferedReader lines = process.inputReader();
        var copy = Files.newBufferedWriter(log)) {
      for (String said = lines.readLine(); said != null; said = lines.readLine()) {
        copy.write(said);
        copy.newLine();
        if (said.startsWith("step: ")) {
          progress.milestone("  " + said.substring("step: ".length()));
        } else {
          progress.state("  " + said);
        }
        last.add(said);
        if (last.size() > REMEMBERED_LINES) {
          last.removeFirst();
        }
      }
    }
    return last;
  }
}
