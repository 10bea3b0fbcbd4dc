package dev.berth.scheduler.slug;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns a clean tar into a squashfs image by {@code sqfstar}.
 *
 * <p>Under root it runs as an id of its own without privileges, in an empty network namespace, in a
 * private directory, with bounded memory, time, files and output, an empty environment and no
 * shell. Not under root it keeps the caller's id and network. The same tar gives the same image.
 * The packer waits for its child and leaves none behind. Thread-safe.
 */
public final class SquashfsPacker {
  /** No account has this id; nothing else runs under it. */
  static final int PACKER_ID = 60_999;

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String IMAGE = "slug.squashfs";
  private static final int MAX_COMPLAINT = 2000;
  private static final long MAX_IMAGE_BYTES = SlugLimits.CEILING_BYTES + (64L << 20);

  private final boolean isRoot;

  public SquashfsPacker() throws IOException {
    this.isRoot = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }

  /** Writes a tar. */
  interface TarWriter {
    void writeTo(OutputStream out) throws IOException;
  }

  /** The image, inside {@code directory}, which is given to the packer's id. */
  Path pack(TarWriter tar, Path directory) throws IOException, InterruptedException {
    if (isRoot) {
      Files.setAttribute(directory, "unix:gid", PACKER_ID, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(directory, "unix:uid", PACKER_ID, LinkOption.NOFOLLOW_LINKS);
    }
    Path log = directory.resolve("sqfstar.log");
    Process process = start(directory, log);
    try {
      IOException unread = feed(tar, process);
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("sqfstar has not ended after " + PATIENCE.toMinutes() + " minutes");
      }
      if (process.exitValue() != 0 || unread != null) {
        throw new IOException(
            "sqfstar ended with " + process.exitValue() + ": " + complaint(log), unread);
      }
      return directory.resolve(IMAGE);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Process start(Path directory, Path log) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/bin:/bin");
    builder.directory(directory.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    return builder.start();
  }

  /** Gives the child the whole tar; what stopped it, if it stopped reading. */
  private static @Nullable IOException feed(TarWriter tar, Process process) {
    try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), 1 << 16)) {
      tar.writeTo(out);
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    if (isRoot) {
      String id = Integer.toString(PACKER_ID);
      Collections.addAll(command, "/usr/bin/unshare", "--net", "--ipc");
      Collections.addAll(command, "/usr/bin/setpriv", "--reuid", id, "--regid", id);
      Collections.addAll(command, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all");
      command.add("--no-new-privs");
    }
    Collections.addAll(command, "/usr/bin/prlimit", "--core=0", "--nofile=64", "--cpu=300");
    Collections.addAll(command, "--as=" + (2L << 30), "--fsize=" + MAX_IMAGE_BYTES);
    Collections.addAll(command, "/usr/bin/sqfstar", "-comp", "lz4", "-processors", "2");
    Collections.addAll(command, "-mem", "256M", "-no-xattrs", "-exit-on-error");
    Collections.addAll(command, "-mkfs-time", "0", "-all-time", "0", "-root-mode", "755");
    Collections.addAll(command, "-root-uid", "0", "-root-gid", "0", "-quiet", "-no-progress");
    command.add(IMAGE);
    return command;
  }

  private static String complaint(Path log) throws IOException {
    try (InputStream in = Files.newInputStream(log)) {
      return new String(in.readNBytes(MAX_COMPLAINT), StandardCharsets.UTF_8).strip();
    }
  }
}
