package dev.berth.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.proto.v1.AppName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppReferenceTest {
  private static final AppName SHOP = AppName.newBuilder().setTenant("acme").setApp("shop").build();

  @TempDir Path directory;

  @Test
  void theOptionComesFirst() {
    assertThat(AppReference.find("acme/shop", Map.of("BERTH_APP", "a/b"), directory))
        .isEqualTo(SHOP);
  }

  @Test
  void thenTheVariable() throws Exception {
    Files.writeString(directory.resolve(".berth"), "a/b");

    assertThat(AppReference.find(null, Map.of("BERTH_APP", "acme/shop"), directory))
        .isEqualTo(SHOP);
  }

  @Test
  void thenTheNearestFileUpwards() throws Exception {
    Files.writeString(directory.resolve(".berth"), "# ours\n\n acme/shop \n");
    Path below = Files.createDirectories(directory.resolve("a").resolve("b"));

    assertThat(AppReference.find(null, Map.of(), below)).isEqualTo(SHOP);
  }

  @Test
  void whatIsNoAppIsNamedWithItsSource() {
    assertThatThrownBy(() -> AppReference.find("shop", Map.of(), directory))
        .hasMessage("--app names an app as TENANT/APP, not \"shop\"");
    assertThatThrownBy(() -> AppReference.find(null, Map.of("BERTH_APP", "a/b/c"), directory))
        .hasMessageContaining("BERTH_APP");
  }

  @Test
  void noAppAtAllSaysHowToNameOne() {
    assertThatThrownBy(() -> AppReference.find(null, Map.of(), directory))
        .hasMessageContaining("no app named");
  }
}
