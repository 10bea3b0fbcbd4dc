package dev.berth.scheduler.edges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.AdminServiceGrpc;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.CollectGarbageRequest;
import dev.berth.proto.v1.CollectGarbageResponse;
import dev.berth.scheduler.base.TestBases;
import dev.berth.scheduler.blobs.Blob;
import dev.berth.scheduler.blobs.IncomingBlob;
import dev.berth.scheduler.slug.Tar;
import dev.berth.scheduler.state.Digest;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("root") // packs slugs with the real sqfstar
@Timeout(60)
class CollectorTest {
  private static final AppName SHOP = Client.name("acme", "shop");

  @TempDir Path directory;
  private Edges edges;
  private Client operator;

  @BeforeEach
  void anAppAndABase() throws IOException {
    edges = new Edges(directory);
    edges.lead();
    operator = new Client(edges.as("operator"));
    operator.publishBase("debian-12", TestBases.SMALL);
    operator.createTenant("acme");
    operator.createApp("acme", "shop");
    operator.deploy(SHOP, Tar.small().bytes());
  }

  @AfterEach
  void close() {
    edges.close();
  }

  @Test
  void whatNothingNamesGoesAfterTheGraceTimeAndWhatIsNamedStays() throws IOException {
    Blob lost = blob("lost");
    int named = edges.blobs.before(FileTime.fromMillis(Long.MAX_VALUE)).size() - 1;
    assertThat(collect(false).getBlobs()).as("it is fresh").isZero();
    age();

    assertThat(collect(true).getItemsList())
        .singleElement()
        .satisfies(it -> assertThat(it.getName()).isEqualTo(lost.digest().hex()));
    assertThat(edges.blobs.find(lost.digest())).as("only planned").isPresent();

    assertThat(collect(false).getBytes()).isEqualTo(lost.bytes());
    assertThat(edges.blobs.find(lost.digest())).isEmpty();
    assertThat(edges.blobs.before(FileTime.fromMillis(Long.MAX_VALUE))).hasSize(named);
  }

  @Test
  void whatIsBroughtAgainOrLookedForIsFreshAgain() throws IOException {
    Blob again = blob("again");
    Blob looked = blob("looked for");
    age();

    assertThat(blob("again").digest()).isEqualTo(again.digest());
    assertThat(edges.blobs.touched(looked.digest())).isPresent();

    assertThat(collect(false).getBlobs()).isZero();
  }

  @Test
  void anUploadThatIsUnderWayIsNotCollected() throws IOException {
    try (IncomingBlob coming = edges.blobs.receive()) {
      coming.write(ByteBuffer.wrap("half of it".getBytes(StandardCharsets.UTF_8)));
      Files.setLastModifiedTime(coming.file(), longAgo());
      collect(false);

      Digest digest = coming.finish();
      assertThat(coming.keep(digest).digest()).isEqualTo(digest);
    }
  }

  @Test
  void whoTouchesABlobBetweenTheLookAndTheRemovalKeepsIt() throws IOException {
    Blob blob = blob("raced");
    age();
    FileTime cutoff = FileTime.from(edges.blobs.now().toInstant().minusSeconds(3600));
    assertThat(edges.blobs.before(cutoff)).contains(blob);

    edges.blobs.touched(blob.digest());

    assertThat(edges.blobs.remove(blob, cutoff)).isFalse();
    assertThat(edges.blobs.find(blob.digest())).isPresent();
  }

  @Test
  void tenantsMayNotCollect() {
    Channel tenant = edges.withToken(operator.createTenant("rival"));

    assertThat(Client.code(() -> admin(tenant).collectGarbage(request(true))))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  private CollectGarbageResponse collect(boolean plan) {
    return admin(operator.channel()).collectGarbage(request(plan));
  }

  private static CollectGarbageRequest request(boolean plan) {
    return CollectGarbageRequest.newBuilder().setPlan(plan).build();
  }

  private static AdminServiceGrpc.AdminServiceBlockingStub admin(Channel channel) {
    return AdminServiceGrpc.newBlockingStub(channel);
  }

  private Blob blob(String text) throws IOException {
    try (IncomingBlob coming = edges.blobs.receive()) {
      coming.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      return coming.keep(coming.finish());
    }
  }

  /** All that is there came two hours ago; the grace time is one. */
  private void age() throws IOException {
    for (Blob blob : edges.blobs.before(FileTime.fromMillis(Long.MAX_VALUE))) {
      Files.setLastModifiedTime(blob.file(), longAgo());
    }
  }

  private FileTime longAgo() throws IOException {
    return FileTime.from(edges.blobs.now().toInstant().minus(Duration.ofHours(2)));
  }
}
