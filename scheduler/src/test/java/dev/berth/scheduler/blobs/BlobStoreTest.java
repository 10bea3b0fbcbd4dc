package dev.berth.scheduler.blobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobStoreTest {
  @TempDir Path directory;
  private BlobStore blobs;

  @BeforeEach
  void open() throws IOException {
    blobs = BlobStore.open(directory.resolve("blobs"));
  }

  @Test
  void aKeptBlobIsFoundByTheDigestOfItsBytes() throws IOException {
    Blob kept = keep("hello");

    assertThat(kept.digest()).isEqualTo(Sha256.of("hello".getBytes(UTF_8)));
    assertThat(blobs.find(kept.digest())).contains(kept);
    assertThat(Files.readString(kept.file())).isEqualTo("hello");
  }

  @Test
  void filesAreForTheOwnerOnly() throws IOException {
    Path file = keep("hello").file();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void keepingTheSameBytesTwiceLeavesTheFirstAsItIs() throws IOException {
    Blob first = keep("hello");
    Object inode = Files.getAttribute(first.file(), "unix:ino");

    keep("hello");

    assertThat(Files.getAttribute(first.file(), "unix:ino")).isEqualTo(inode);
    assertThat(incoming()).isZero();
  }

  @Test
  void aBlobThatIsDroppedLeavesNothing() throws IOException {
    try (IncomingBlob incoming = blobs.receive()) {
      incoming.write(ByteBuffer.wrap("half".getBytes(UTF_8)));
    }

    assertThat(incoming()).isZero();
  }

  @Test
  void whatACrashLeftIsRemovedOnOpening() throws IOException {
    Path tree = blobs.scratch().directory().resolve("deep");
    Files.createDirectories(tree);
    Files.writeString(tree.resolve("file"), "x");

    BlobStore.open(blobs.directory());

    assertThat(incoming()).isZero();
  }

  @Test
  void aDigestThatIsNotHereIsNotFound() throws IOException {
    assertThat(blobs.find(new Digest("0".repeat(64)))).isEmpty();
  }

  private Blob keep(String content) throws IOException {
    try (IncomingBlob incoming = blobs.receive()) {
      incoming.write(ByteBuffer.wrap(content.getBytes(UTF_8)));
      return incoming.keep(incoming.finish());
    }
  }

  private long incoming() throws IOException {
    try (Stream<Path> left = Files.list(blobs.directory().resolve("incoming/alone"))) {
      return left.count();
    }
  }
}
