package dev.berth.leader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochFileTest {
  @TempDir Path directory;

  @Test
  void anEpochThatWasSeenIsRememberedAcrossARestart() throws Exception {
    assertThat(open(0).admit(7)).isTrue();

    EpochFile again = open(0);

    assertThat(again.seen()).isEqualTo(7);
    assertThat(again.admit(6)).isFalse();
    assertThat(again.admit(7)).isTrue();
    assertThat(again.admit(8)).isTrue();
    assertThat(again.admit(7)).isFalse();
  }

  @Test
  void whatIsKnownFromElsewhereCountsWhenItIsHigher() throws Exception {
    open(0).admit(7);

    assertThat(open(9).admit(8)).isFalse();
    assertThat(open(3).admit(6)).isFalse();
  }

  @Test
  void onlyItsOwnerReadsTheFile() throws Exception {
    open(0).admit(1);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void aDamagedFileIsSetAside() throws Exception {
    Files.writeString(file(), "seven");

    EpochFile epochs = open(4);

    assertThat(epochs.seen()).isEqualTo(4);
    assertThat(directory.resolve("epoch.damaged")).hasContent("seven");
  }

  private EpochFile open(long atLeast) throws Exception {
    return EpochFile.open(file(), atLeast);
  }

  private Path file() {
    return directory.resolve("epoch");
  }
}
