package dev.berth.agent.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** A tiny busybox base and a slug, made below a directory of the test. */
final class TestImages implements BlobSource {
  private static final List<String> APPLETS =
      List.of(
          "sh", "cat", "id", "ls", "sleep", "mount", "true", "httpd", "ps", "ip", "wget", "touch",
          "dd", "grep", "env", "head", "tail", "nc", "awk", "yes", "chmod", "mknod", "unshare",
          "tr", "seq", "printf", "wc", "sync", "df", "rm", "kill", "date");
  private final Path directory;
  final String base;
  final String slug;

  TestImages(Path directory) throws Exception {
    this.directory = directory;
    Path root = directory.resolve("base");
    for (String name : List.of("bin", "etc", "usr", "proc", "sys", "dev", "tmp", "app", "run")) {
      Files.createDirectories(root.resolve(name));
    }
    Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
    for (String applet : APPLETS) {
      Files.createSymbolicLink(root.resolve("bin/" + applet), Path.of("busybox"));
    }
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
    this.base = squash(root);
    Path app = directory.resolve("slug/app");
    Files.createDirectories(app);
    Files.writeString(app.resolve("index.html"), "hello\n");
    Files.copy(Path.of("/bin/busybox"), app.resolve("busybox"));
    Files.setPosixFilePermissions(
        app.resolve("busybox"), PosixFilePermissions.fromString("rwxr-xr-x"));
    run("chmod", "4755", app.resolve("busybox").toString());
    this.slug = squash(directory.resolve("slug"));
  }

  String squash(Path root) throws Exception {
    Path image = directory.resolve(root.getFileName() + ".img");
    run("mksquashfs", "" + root, "" + image, "-noappend", "-quiet", "-no-progress", "-all-root");
    String digest =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(image)));
    Files.move(image, directory.resolve(digest));
    return digest;
  }

  private static void run(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
  }

  @Override
  public void fetch(String digest, Path target) throws IOException {
    Files.copy(directory.resolve(digest), target, StandardCopyOption.REPLACE_EXISTING);
  }
}
