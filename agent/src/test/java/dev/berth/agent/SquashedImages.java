package dev.berth.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** A busybox base and a small slug, held by a scheduler. */
record SquashedImages(String base, String slug) {
  private static final List<String> APPLETS =
      List.of("sh", "cat", "echo", "head", "httpd", "sleep", "tail", "true");

  static SquashedImages make(Path directory, FakeScheduler scheduler) throws Exception {
    Path base = directory.resolve("base");
    for (String name : List.of("bin", "etc", "usr", "proc", "sys", "dev", "tmp", "app", "run")) {
      Files.createDirectories(base.resolve(name));
    }
    Files.copy(Path.of("/bin/busybox"), base.resolve("bin/busybox"));
    for (String applet : APPLETS) {
      Files.createSymbolicLink(base.resolve("bin").resolve(applet), Path.of("busybox"));
    }
    Files.writeString(base.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
    Path slug = directory.resolve("slug");
    Files.createDirectories(slug.resolve("app"));
    Files.writeString(slug.resolve("app/index.html"), "hello\n");
    return new SquashedImages(held(base, scheduler), held(slug, scheduler));
  }

  private static String held(Path tree, FakeScheduler scheduler) throws Exception {
    Path image = tree.resolveSibling(tree.getFileName() + ".squashfs");
    var process =
        new ProcessBuilder(
                "mksquashfs", tree.toString(), image.toString(), "-noappend", "-all-root")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("mksquashfs failed: " + said);
    }
    byte[] bytes = Files.readAllBytes(image);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    scheduler.hold(digest, bytes);
    return digest;
  }
}
