package dev.berth.scheduler.slug;

import dev.berth.scheduler.blobs.Blob;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.blobs.IncomingBlob;
import dev.berth.scheduler.blobs.Scratch;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Outcome.Refused;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * From a received tar to a slug that releases can name: checked, packed, stored, noted.
 *
 * <p>The same tar always becomes the same slug. A tar that is refused leaves nothing behind. Builds
 * at most two at a time; others wait. Thread-safe; blocks.
 */
public final class SlugBuilder {
  /** A refusal has room for so much. */
  private static final int REASON_CHARACTERS = 2800;

  private static final int PACKERS = 2;
  private static final int COPY_BYTES = 1 << 20;

  private final BlobStore blobs;
  private final SlugIndex index;
  private final SquashfsPacker packer;
  private final SlugLimits limits;
  private final Semaphore packing = new Semaphore(PACKERS);

  public SlugBuilder(BlobStore blobs, SlugIndex index, SquashfsPacker packer, SlugLimits limits) {
    this.blobs = blobs;
    this.index = index;
    this.packer = packer;
    this.limits = limits;
  }

  public SlugLimits limits() {
    return limits;
  }

  /** Builds the slug of a tar whose bytes were found to have this digest. */
  public SlugResult build(TenantId tenant, Digest tarDigest, Path tar)
      throws IOException, InterruptedException {
    packing.acquire(); // looking a tar over holds its paths in memory
    try {
      return buildAlone(tenant, tarDigest, tar);
    } finally {
      packing.release();
    }
  }

  private SlugResult buildAlone(TenantId tenant, Digest tarDigest, Path tar)
      throws IOException, InterruptedException {
    TarInspection.Findings findings = inspect(tar);
    if (findings.violations().count() > 0) {
      return new SlugResult.Rejected(refusal(findings.violations()));
    }
    Mistakes mistakes = new Mistakes();
    List<ProcessType> types = processTypes(findings.wanted(), mistakes);
    if (!mistakes.found().isEmpty()) {
      return new SlugResult.Rejected(refusal(mistakes));
    }
    Blob blob = pack(tar);
    SlugManifest manifest =
        new SlugManifest(new Release.Slug(blob.digest(), blob.bytes()), findings.entries(), types);
    index.put(tenant, tarDigest, manifest);
    return new SlugResult.Built(manifest);
  }

  private TarInspection.Findings inspect(Path tar) throws IOException {
    try (InputStream in = Files.newInputStream(tar)) {
      return TarInspection.inspect(in, limits);
    }
  }

  private Blob pack(Path tar) throws IOException, InterruptedException {
    try (Scratch scratch = blobs.scratch()) {
      Path image =
          packer.pack(
              out -> {
                try (InputStream in = Files.newInputStream(tar)) {
                  CleanTar.write(in, out);
                }
              },
              scratch.directory());
      return store(image);
    }
  }

  /** A copy, so that no process that held the packer's file can write to the blob. */
  private Blob store(Path image) throws IOException {
    try (IncomingBlob incoming = blobs.receive();
        FileChannel from = FileChannel.open(image, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
      while (from.read(buffer.clear()) >= 0) {
        incoming.write(buffer.flip());
      }
      return incoming.keep(incoming.finish());
    }
  }

  static List<ProcessType> processTypes(Map<String, byte[]> wanted, Mistakes mistakes) {
    for (Map.Entry<String, byte[]> file : wanted.entrySet()) {
      if (file.getValue().length > TarInspection.MAX_WANTED_BYTES) {
        mistakes.add(file.getKey(), "is larger than " + TarInspection.MAX_WANTED_BYTES + " bytes");
        return List.of();
      }
    }
    byte[] procfile = wanted.get("Procfile");
    if (procfile == null) {
      mistakes.add(
          "Procfile", "is missing at the top of the directory; add one, e.g. 'web: ./run'");
      return List.of();
    }
    Map<String, String> commands = Procfile.read(procfile, mistakes);
    byte[] json = wanted.get("berth.json");
    AppSettings settings =
        json == null ? AppSettings.none() : AppSettings.read(json, commands.keySet(), mistakes);
    List<ProcessType> types = new ArrayList<>();
    commands.forEach((type, command) -> types.add(settings.apply(type, command)));
    return types;
  }

  private static Refused refusal(Violations violations) {
    StringBuilder reason = new StringBuilder("the tar breaks ").append(violations.count());
    reason.append(violations.count() == 1 ? " rule:" : " rules:");
    int shown = 0;
    for (Violation violation : violations.kept()) {
      String line = "\n" + violation;
      if (reason.length() + line.length() > REASON_CHARACTERS) {
        break;
      }
      reason.append(line);
      shown++;
    }
    if (shown < violations.count()) {
      reason.append("\nand ").append(violations.count() - shown).append(" more");
    }
    return new Refused(
        isOnlySize(violations) ? RefusalCode.SLUG_TOO_LARGE : RefusalCode.SLUG_INVALID,
        "tar",
        reason.toString(),
        "remove or change these entries and deploy again");
  }

  private static boolean isOnlySize(Violations violations) {
    return violations.kept().stream()
        .allMatch(violation ->
            switch (violation.rule()) {
              case TOO_MANY_BYTES, TOO_MANY_ENTRIES, TOO_LONG_NAMES -> true;
              default -> false;
            });
  }

  private static Refused refusal(Mistakes mistakes) {
    return new Refused(
        RefusalCode.PROCFILE_INVALID,
        "Procfile",
        String.join("\n", mistakes.found()),
        "correct these lines and deploy again");
  }
}
