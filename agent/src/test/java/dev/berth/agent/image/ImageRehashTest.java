package dev.berth.agent.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.NativeSyscalls;
import dev.berth.agent.linux.Syscalls;
import dev.berth.agent.verify.FakeVerifier;
import dev.berth.agent.verify.Finding;
import dev.berth.agent.verify.ImageVerification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("root") // mounts
class ImageRehashTest {
  private final Syscalls syscalls = new NativeSyscalls();
  @TempDir private Path directory;
  private StateLayout layout;
  private Path file;
  private Path target;

  /** What is mounted does not matter here, only that something is. */
  @BeforeEach
  void anImageIsMounted() throws IOException {
    layout = new StateLayout(directory.toRealPath());
    Path made = Files.writeString(directory.resolve("made"), "an image");
    String digest = ImageStore.sha256(made);
    Files.createDirectories(layout.images());
    file = Files.move(made, layout.images().resolve(digest));
    target = Files.createDirectories(layout.imageMount(digest));
    Errno.check(syscalls.mount("berth-test", target, "tmpfs", 0, "size=1m"), "mount");
  }

  @AfterEach
  void unmount() throws IOException {
    Errno.check(syscalls.unmountDetached(target), "unmount " + target);
  }

  @Test
  void anImageThatIsWhatItsNameSaysPasses() throws IOException {
    ImageRehash.Seen seen = new ImageRehash(layout).look(1024);

    assertThat(seen.images()).isEqualTo(1);
    assertThat(seen.wrong()).isEmpty();
  }

  @Test
  void aByteThatChangedUnderTheMountIsFound() throws IOException {
    Files.writeString(file, "an omage");

    assertThat(new ImageRehash(layout).look(1024).wrong())
        .singleElement()
        .asString()
        .contains("now has the hash");
  }

  @Test
  void anImageWhoseFileIsGoneIsFound() throws IOException {
    Files.delete(file);

    assertThat(new ImageRehash(layout).look(1024).wrong())
        .singleElement()
        .asString()
        .contains("is gone");
  }

  @Test
  void itIsARequiredCheckOfTheFullFormOnly() throws IOException {
    Files.writeString(file, "an omage");
    var verifier = new ImageVerification(new FakeVerifier(), new ImageRehash(layout));

    assertThat(verifier.verify(false).passed()).isTrue();
    assertThat(verifier.verify(true).findings())
        .filteredOn(finding -> finding.required() && !finding.passed())
        .extracting(Finding::name)
        .containsExactly("images-unchanged");
  }
}
