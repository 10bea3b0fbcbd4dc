package dev.berth.cli.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.berth.cli.CommandFailure;
import dev.berth.proto.v1.StateEntries;
import dev.berth.proto.v1.StateEntry;
import dev.berth.proto.v1.StateHead;
import dev.berth.proto.v1.StatePart;
import dev.berth.proto.v1.StateTail;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupFileTest {
  private static final String SECRET = "DATABASE_URL=postgres://secret";

  @TempDir Path directory;
  private BackupKey key;
  private BackupFile file;

  @BeforeEach
  void aKeyAndAName() throws IOException {
    key = BackupKey.ofFile(Files.write(directory.resolve("key"), random(32)));
    file = new BackupFile(directory.resolve("backup"), key);
  }

  @Test
  void whatWasWrittenIsReadAndIsItsOwnersOnly() throws Exception {
    List<StatePart> parts = parts(3000);

    BackupFile.Contents made = file.write(parts.iterator(), new SecureRandom());

    assertThat(made.tail()).isEqualTo(parts.getLast().getTail());
    assertThat(file.verify()).isEqualTo(made);
    var read = new ArrayList<StatePart>();
    file.each(read::add);
    assertThat(read).isEqualTo(parts);
    assertThat(Files.getPosixFilePermissions(directory.resolve("backup")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void nothingOfItIsLegibleWithoutTheKey() throws Exception {
    file.write(parts(3).iterator(), new SecureRandom());

    byte[] bytes = Files.readAllBytes(directory.resolve("backup"));
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("DATABASE", "apps/");
    BackupKey other = BackupKey.ofFile(Files.write(directory.resolve("other"), random(32)));
    assertThatThrownBy(() -> new BackupFile(directory.resolve("backup"), other).verify())
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("key is another one");
  }

  @Test
  void aPassphraseOpensWhatItSealedAndNothingElse() throws Exception {
    Path right = Files.writeString(directory.resolve("right"), "correct horse battery\n");
    Path wrong = Files.writeString(directory.resolve("wrong"), "correct horse bettery\n");
    Path backup = directory.resolve("sealed");
    new BackupFile(backup, BackupKey.ofPassphrase(right))
        .write(parts(1).iterator(), new SecureRandom());

    assertThat(new BackupFile(backup, BackupKey.ofPassphrase(right)).verify().tail().getEntries())
        .isEqualTo(1);
    assertThatThrownBy(() -> new BackupFile(backup, BackupKey.ofPassphrase(wrong)).verify())
        .hasMessageContaining("passphrase or key is another one");
    assertThatThrownBy(() -> new BackupFile(backup, key).verify())
        .hasMessageContaining("--passphrase-file");
    assertThatThrownBy(() -> BackupKey.ofPassphrase(Files.writeString(right, "short\n")))
        .hasMessageContaining("at least 12");
  }

  @Test
  void aChangedBitAnywhereIsSeen() throws Exception {
    file.write(parts(20).iterator(), new SecureRandom());
    Path backup = directory.resolve("backup");
    byte[] whole = Files.readAllBytes(backup);

    for (int at = 0; at < whole.length; at += at < Seal.HEADER_BYTES ? 1 : 97) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      Files.write(backup, changed);
      assertThatThrownBy(() -> file.verify()).as("byte %d", at).isInstanceOf(CommandFailure.class);
    }
  }

  @Test
  void aFileThatWasCutAnywhereIsSeen() throws Exception {
    file.write(parts(3000).iterator(), new SecureRandom());
    Path backup = directory.resolve("backup");
    byte[] whole = Files.readAllBytes(backup);
    int chunk = Seal.CHUNK_BYTES + Seal.TAG_BYTES;
    assertThat(whole.length).isGreaterThan(Seal.HEADER_BYTES + 2 * chunk);

    for (int length :
        new int[] {
          0,
          10,
          Seal.HEADER_BYTES,
          Seal.HEADER_BYTES + chunk,
          Seal.HEADER_BYTES + 2 * chunk,
          whole.length / 2,
          whole.length - 1
        }) {
      Files.write(backup, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> file.verify())
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(CommandFailure.class);
    }
  }

  @Test
  void aStreamThatEndsTooEarlyLeavesNoFile() {
    List<StatePart> parts = parts(5);

    assertThatThrownBy(
            () -> file.write(parts.subList(0, parts.size() - 1).iterator(), new SecureRandom()))
        .hasStackTraceContaining("ends too early");
    assertThat(directory.resolve("backup")).doesNotExist();
    assertThat(directory.resolve("backup.new")).doesNotExist();
  }

  @Test
  void noFileIsWrittenOver() throws Exception {
    Files.writeString(directory.resolve("backup"), "precious");

    assertThatThrownBy(() -> file.write(parts(1).iterator(), new SecureRandom()))
        .hasMessageContaining("is there already");
    assertThat(directory.resolve("backup")).hasContent("precious");
  }

  @Test
  void aLaterVersionIsNamed() throws Exception {
    file.write(parts(1).iterator(), new SecureRandom());
    byte[] bytes = Files.readAllBytes(directory.resolve("backup"));
    bytes[Seal.MAGIC.length] = 2;
    Files.write(directory.resolve("backup"), bytes);

    assertThatThrownBy(() -> file.verify()).hasMessageContaining("it has version 2");
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /** Some 200 bytes each. */
  private static List<StatePart> parts(int entries) {
    var parts = new ArrayList<StatePart>();
    parts.add(StatePart.newBuilder().setHead(StateHead.newBuilder().setClusterId("abc")).build());
    MessageDigest digest = sha256();
    for (int number = 0; number < entries; number++) {
      ByteString content = ByteString.copyFromUtf8((SECRET + number).repeat(6));
      String path = "apps/acme.shop-" + number;
      digest.update(path.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(ByteBuffer.allocate(8).putLong(0, content.size()));
      digest.update(content.toByteArray());
      parts.add(
          StatePart.newBuilder()
              .setEntries(
                  StateEntries.newBuilder()
                      .addEntries(StateEntry.newBuilder().setPath(path).setContent(content)))
              .build());
    }
    parts.add(
        StatePart.newBuilder()
            .setTail(
                StateTail.newBuilder()
                    .setEntries(entries)
                    .setSha256(HexFormat.of().formatHex(digest.digest())))
            .build());
    return parts;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (java.security.NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
