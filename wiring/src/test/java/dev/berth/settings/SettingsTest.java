package dev.berth.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @Test
  void valuesAreTyped(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("a.properties");
    Files.writeString(
        file, "name = node-1\nport = 7100\nwait = 500ms\nwhere = /var/x\nfast=true\n");

    Settings settings = Settings.read(file);

    assertThat(settings.string("name")).isEqualTo("node-1");
    assertThat(settings.port("port")).isEqualTo(7100);
    assertThat(settings.duration("wait", Duration.ZERO)).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.path("where")).isEqualTo(Path.of("/var/x"));
    assertThat(settings.flag("fast", false)).isTrue();
    settings.done();
  }

  @Test
  void absentValuesTakeTheirDefaults() {
    Settings settings = Settings.of(Map.of("blank", "  "));

    assertThat(settings.string("blank", "localhost")).isEqualTo("localhost");
    assertThat(settings.integer("limit", 7, 1, 9)).isEqualTo(7);
    assertThat(settings.port("admin.port", 0)).isZero();
    assertThat(settings.optional("zookeeper.connect")).isEmpty();
    assertThat(settings.optionalNumber("capacity", 1, 9)).isEmpty();
    settings.done();
  }

  @Test
  void allMistakesAreReportedTogether() {
    Settings settings =
        Settings.of(
            Map.of("limit", "0", "port", "70000", "wait", "soon", "number", "x", "speling", "1"));
    settings.string("name");
    settings.integer("limit", 5, 1, 9);
    settings.port("port");
    settings.duration("wait", Duration.ZERO);
    settings.optionalNumber("number", 1, 9);

    SettingsException failure = catchThrowableOfType(SettingsException.class, settings::done);

    assertThat(failure.mistakes())
        .containsExactly(
            "name is missing",
            "limit must be from 1 to 9, not 0",
            "port must be from 0 to 65535, not 70000",
            "wait must be a duration such as 500ms, 30s or 5m, not \"soon\"",
            "number must be a whole number, not \"x\"",
            "speling is not a setting of this program");
  }

  @Test
  void aFileThatCannotBeReadIsNamed(@TempDir Path directory) {
    Path missing = directory.resolve("none.properties");

    assertThatThrownBy(() -> Settings.read(missing))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("none.properties");
  }
}
