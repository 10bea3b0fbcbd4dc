package dev.berth.cli.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.cli.CommandFailure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CanonicalTarTest {
  @TempDir Path directory;

  @Test
  void entriesAreSortedByTheirBytesWithFixedOwnersAndTimes() throws Exception {
    write("b/z", "z");
    write("b.txt", "b");
    write("Procfile", "web: x");
    write("ü", "u");

    List<TarArchiveEntry> entries = entries(CanonicalTar.of(directory));

    assertThat(entries)
        .extracting(TarArchiveEntry::getName)
        .containsExactly("Procfile", "b/", "b.txt", "b/z", "ü");
    assertThat(entries)
        .allSatisfy(entry -> {
          assertThat(entry.getLongUserId()).isZero();
          assertThat(entry.getLongGroupId()).isZero();
          assertThat(entry.getLastModifiedTime()).isEqualTo(FileTime.fromMillis(0));
        });
  }

  @Test
  void onlyTheOwnersExecuteBitOfAModeCounts() throws Exception {
    Path program = write("run", "#!/bin/sh");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx-w--w-"));
    Path secret = write("secret", "s");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));

    List<TarArchiveEntry> entries = entries(CanonicalTar.of(directory));

    assertThat(entries).extracting(entry -> entry.getMode() & 07777).containsExactly(0755, 0644);
  }

  @Test
  void theSameFilesGiveTheSameDigestWhateverTheirTimesAndOrder() throws Exception {
    write("one/a", "a");
    write("one/b", "b");
    write("two/b", "b");
    Files.setLastModifiedTime(write("two/a", "a"), FileTime.fromMillis(12_345));

    BlobDigest one = BlobDigest.of(CanonicalTar.of(directory.resolve("one")));
    BlobDigest two = BlobDigest.of(CanonicalTar.of(directory.resolve("two")));

    assertThat(one).isEqualTo(two);
  }

  @Test
  void linksAreKeptAsTheyAreAndNeverFollowed() throws Exception {
    Files.createSymbolicLink(directory.resolve("out"), Path.of("../../etc/passwd"));

    TarArchiveEntry entry = entries(CanonicalTar.of(directory)).getFirst();

    assertThat(entry.isSymbolicLink()).isTrue();
    assertThat(entry.getLinkName()).isEqualTo("../../etc/passwd");
  }

  @Test
  void longNamesArriveWhole() throws Exception {
    String name = "d".repeat(120) + "/" + "f".repeat(200);
    write(name, "x");

    assertThat(entries(CanonicalTar.of(directory)))
        .extracting(TarArchiveEntry::getName)
        .contains(name);
  }

  @Test
  void whatIsIgnoredStaysAtHome() throws Exception {
    write(".git/config", "");
    write(".berth", "acme/shop");
    write(".berthignore", "*.log\n# words\nbuild/\n/top\n");
    write("deep/x.log", "");
    write("deep/build/x", "");
    write("deep/top", "");
    write("top", "");

    assertThat(entries(CanonicalTar.of(directory)))
        .extracting(TarArchiveEntry::getName)
        .containsExactly("deep/", "deep/top");
  }

  @Test
  void aDirectoryThatIsTooLargeIsRefusedBeforeItIsSent() throws Exception {
    write("a", "12345");
    write("b", "12345");

    assertThatThrownBy(() -> CanonicalTar.of(directory, 9, 10))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("the most that a slug may hold");
    assertThatThrownBy(() -> CanonicalTar.of(directory, 10, 1))
        .hasMessageContaining("more than 1 files and directories");
  }

  @Test
  void aFileThatGrowsWhileItIsReadIsNoticed() throws Exception {
    Path file = write("a", "1");
    CanonicalTar tar = CanonicalTar.of(directory);
    Files.writeString(file, "");

    assertThatThrownBy(() -> tar.writeTo(new ByteArrayOutputStream()))
        .hasMessageContaining("changed while it was being read");
  }

  @Test
  void aPipeIsRefusedByName() throws Exception {
    Process mkfifo = new ProcessBuilder("mkfifo", directory.resolve("pipe").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();

    assertThatThrownBy(() -> CanonicalTar.of(directory))
        .hasMessageContaining("pipe is a device, socket or pipe");
  }

  private Path write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static List<TarArchiveEntry> entries(CanonicalTar tar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    tar.writeTo(bytes);
    List<TarArchiveEntry> entries = new ArrayList<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new ByteArrayInputStream(bytes.toByteArray()), "UTF-8")) {
      for (TarArchiveEntry it = in.getNextEntry(); it != null; it = in.getNextEntry()) {
        entries.add(it);
      }
    }
    return entries;
  }
}
