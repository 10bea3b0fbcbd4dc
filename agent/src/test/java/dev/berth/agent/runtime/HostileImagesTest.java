package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that got past the importer, and images that were changed on the disk. */
@Tag("root")
@Timeout(60)
class HostileImagesTest {
  @TempDir Path directory;
  private TestNode node;

  @BeforeEach
  void open() throws Exception {
    node = new TestNode(directory);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"proc", "dev", "sys", "etc", "run"})
  void aSlugThatBringsAMountPointIsRefused(String name) throws Exception {
    String slug = slug(root -> link(root.resolve(name), "../../../../tmp"));

    assertRefused(slug, "it may hold /app only");
  }

  @Test
  void aSlugWithoutAnAppDirectoryIsRefused() throws Exception {
    Path root = Files.createDirectories(directory.resolve("none"));

    assertRefused(node.images.squash(root), "no directory 'app'");
  }

  @Test
  void aSlugWhoseAppIsALinkIsRefused() throws Exception {
    Path root = Files.createDirectories(directory.resolve("linked"));
    link(root.resolve("app"), "/etc");

    assertRefused(node.images.squash(root), "no directory 'app'");
  }

  @Test
  void withoutThatRuleTheReadBackKillsWhatALinkLedAstray() throws Exception {
    node.restartWithout(Defence.IMAGE_SHAPES);
    String slug = slug(root -> link(root.resolve("proc"), "app"));

    assertThatThrownBy(() -> node.host().start(node.planWithSlug(slug), 1))
        .isInstanceOf(HostException.class);
  }

  @Test
  void anImageThatChangedOnTheDiskIsNotMountedAgain() throws Exception {
    String slug = slug(_ -> {});
    node.host().prepare(node.planWithSlug(slug));
    changeOnDisk(slug);

    node.sweepMountsAndReopen(Defences.all());

    assertThatThrownBy(() -> node.host().prepare(node.planWithSlug(slug)))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.kind()).isEqualTo(HostException.Kind.IMAGE))
        .hasMessageContaining("has the hash");
  }

  @Test
  void withoutTheDigestItWouldBe() throws Exception {
    String slug = slug(_ -> {});
    node.host().prepare(node.planWithSlug(slug));
    changeOnDisk(slug);

    node.sweepMountsAndReopen(Defences.all().without(Defence.IMAGE_DIGESTS));

    node.host().prepare(node.planWithSlug(slug));
  }

  private void assertRefused(String slug, String why) {
    assertThatThrownBy(() -> node.host().start(node.planWithSlug(slug), 1))
        .isInstanceOf(HostException.class)
        .hasMessageContaining(why);
    assertThat(List.of(directory.toFile().list())).contains("state");
  }

  private String slug(Consumer<Path> evil) throws Exception {
    Path root = directory.resolve("evil");
    Files.createDirectories(root.resolve("app"));
    evil.accept(root);
    return node.images.squash(root);
  }

  private static void link(Path path, String target) {
    try {
      Files.createSymbolicLink(path, Path.of(target));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** As a disk or somebody with a root shell might: the file system in it still mounts. */
  private void changeOnDisk(String digest) throws Exception {
    Path file = node.settings.stateDirectory().resolve("images").resolve(digest);
    assertThat(Files.getAttribute(file, "unix:mode").toString()).isEqualTo("" + 0100400);
    Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
  }
}
