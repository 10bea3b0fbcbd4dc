package dev.berth.agent.image;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageShapeTest {
  @TempDir private Path directory;
  private Path base;
  private Path slug;

  @BeforeEach
  void make() throws IOException {
    base = Files.createDirectory(directory.resolve("base"));
    slug = Files.createDirectory(directory.resolve("slug"));
    Files.createDirectory(slug.resolve("app"));
    Files.createDirectories(base.resolve("usr/bin"));
    Files.createSymbolicLink(base.resolve("bin"), Path.of("usr/bin"));
  }

  @Test
  void aBaseMayLackMountPointsAndHaveOtherLinks() {
    assertThatCode(() -> ImageShape.check(base, slug)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "proc", "sys", "tmp", "run", "etc", "var", "app"})
  void aMountPointOfTheBaseIsNoLink(String name) throws IOException {
    Files.createSymbolicLink(base.resolve(name), Path.of("../../../etc"));

    assertThatThrownBy(() -> ImageShape.check(base, slug))
        .isInstanceOf(IOException.class)
        .hasMessage("/" + name + " of the base image is not a directory");
  }

  @Test
  void aFileIsNoMountPointEither() throws IOException {
    Files.createDirectory(base.resolve("var"));
    Files.createFile(base.resolve("var/tmp"));

    assertThatThrownBy(() -> ImageShape.check(base, slug)).hasMessageContaining("/var/tmp");
  }

  @Test
  void aSlugHoldsNothingBesideApp() throws IOException {
    Files.createDirectory(slug.resolve("usr"));

    assertThatThrownBy(() -> ImageShape.check(base, slug)).hasMessageContaining("/usr");
  }
}
