package dev.berth.scheduler.slug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.scheduler.blobs.Blob;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.blobs.Sha256;
import dev.berth.scheduler.confine.Confinement;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root")
class SlugBuilderTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId RIVAL = new TenantId("rival");

  @TempDir Path directory;
  private BlobStore blobs;
  private SlugIndex index;
  private SlugBuilder builder;

  @BeforeEach
  void open() throws IOException {
    blobs = BlobStore.open(directory.resolve("blobs"));
    index = new SlugIndex(blobs);
    builder =
        new SlugBuilder(blobs, index, new SquashfsPacker(new Confinement()), SlugLimits.DEFAULT);
  }

  @Test
  void theSameTarAlwaysBecomesTheSameSlug() throws Exception {
    byte[] tar = Tar.small().symlink("l", "run").directory("empty").bytes();
    Digest first = built(tar).slug().digest();

    BlobStore other = BlobStore.open(directory.resolve("other"));
    builder =
        new SlugBuilder(
            other, new SlugIndex(other), new SquashfsPacker(new Confinement()), builder.limits());

    assertThat(built(tar).slug().digest()).isEqualTo(first);
  }

  @Test
  void aSlugIsStoredUnderTheDigestOfItsBytes() throws Exception {
    SlugManifest manifest = built(Tar.small().bytes());

    Blob blob = blobs.find(manifest.slug().digest()).orElseThrow();

    assertThat(Sha256.of(Files.readAllBytes(blob.file()))).isEqualTo(manifest.slug().digest());
    assertThat(blob.bytes()).isEqualTo(manifest.slug().bytes());
  }

  @Test
  void aSlugIsFoundByItsTarButOnlyByItsTenant() throws Exception {
    byte[] tar = Tar.small().bytes();
    SlugManifest manifest = built(tar);

    assertThat(index.byTar(ACME, Sha256.of(tar))).contains(manifest);
    assertThat(index.byTar(RIVAL, Sha256.of(tar))).isEmpty();
    assertThat(index.find(RIVAL, manifest.slug().digest())).isEmpty();
  }

  @Test
  void healthAndGraceComeFromBerthJson() throws Exception {
    String json =
        """
        {"health": {"web": {"http": "/healthz", "interval": "1s"}}, "grace": {"web": "10s"}}
        """;

    SlugManifest manifest = built(Tar.small().file("berth.json", json).bytes());

    ProcessType web = manifest.processTypes().getFirst();
    assertThat(web.health())
        .isEqualTo(new HealthCheck(HealthCheck.Kind.HTTP, "/healthz", 1000, 2000, 60_000, 3));
    assertThat(web.graceMillis()).isEqualTo(10_000);
  }

  /** CVE-2026-53488: what an image says of itself is data, here and wherever it is shown. */
  @Test
  void whatATarSaysOfItselfIsKeptAsItIsAndNeverRun() throws Exception {
    String command = "./run $(touch /tmp/x) `id` ; ${PATH} | %s";
    byte[] tar = new Tar().file("Procfile", "web: " + command + "\n").file("run", "").bytes();

    assertThat(built(tar).processTypes().getFirst().command()).isEqualTo(command);
  }

  @Test
  void aHostileTarIsRefusedAndNothingIsKept() throws Exception {
    SlugResult result = build(Tar.small().file("/etc/passwd", "x").bytes());

    assertThat(result)
        .isInstanceOfSatisfying(
            SlugResult.Rejected.class,
            rejected -> {
              assertThat(rejected.refusal().code()).isEqualTo(RefusalCode.SLUG_INVALID);
              assertThat(rejected.refusal().reason()).contains("/etc/passwd: the path is absolute");
            });
    assertThat(filesUnder(blobs.directory())).isZero();
  }

  @Test
  void aDirectoryThatIsTooLargeIsRefusedAsTooLarge() throws Exception {
    SlugLimits limits = new SlugLimits(1000, 10);
    builder = new SlugBuilder(blobs, index, new SquashfsPacker(new Confinement()), limits);

    SlugResult result = build(Tar.small().file("big", "x".repeat(1001)).bytes());

    assertThat(((SlugResult.Rejected) result).refusal().code())
        .isEqualTo(RefusalCode.SLUG_TOO_LARGE);
  }

  @Test
  void aPackerThatFailsLeavesNoScratchBehind() throws Exception {
    SquashfsPacker packer = new SquashfsPacker(new Confinement());

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> {
          try (var scratch = blobs.scratch()) {
            packer.pack(
                out -> out.write("not a tar".repeat(200).getBytes(UTF_8)), scratch.directory());
          }
        })
        .withMessageContaining("sqfstar ended with");
    assertThat(filesUnder(blobs.directory())).isZero();
  }

  private SlugManifest built(byte[] tar) throws Exception {
    return ((SlugResult.Built) build(tar)).manifest();
  }

  private SlugResult build(byte[] tar) throws Exception {
    Path file = directory.resolve("upload.tar");
    Files.write(file, tar);
    return builder.build(ACME, Sha256.of(tar), file);
  }

  private static long filesUnder(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
