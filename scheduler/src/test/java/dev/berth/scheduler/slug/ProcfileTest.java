package dev.berth.scheduler.slug;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcfileTest {
  private final Mistakes mistakes = new Mistakes();

  @Test
  void commandsAreReadByProcessType() {
    Map<String, String> commands =
        read("# what runs\r\nweb: python3 app.py --port $PORT\r\n\nworker : ./work\n");

    assertThat(commands)
        .containsExactly(
            Map.entry("web", "python3 app.py --port $PORT"), Map.entry("worker", "./work"));
    assertThat(mistakes.found()).isEmpty();
  }

  @Test
  void everyMistakeNamesItsLine() {
    read("web ./run\nWeb: x\nweb: a\nweb: b\njob:\n");

    assertThat(mistakes.found())
        .extracting(mistake -> mistake.substring(0, "Procfile line N".length()))
        .containsExactly(
            "Procfile line 1", "Procfile line 2", "Procfile line 4", "Procfile line 5");
  }

  @Test
  void anEmptyProcfileSaysWhatToWrite() {
    read("# nothing\n");

    assertThat(mistakes.found()).singleElement().asString().contains("web: python3 app.py");
  }

  @Test
  void settingsWithMistakesNameEachPlace() {
    String json =
        """
        {"health": {"web": {"http": "x", "every": 1}, "cron": "none"}, "grace": {"web": 10}, "a": 1}
        """;

    AppSettings.read(json.getBytes(UTF_8), Set.of("web"), mistakes);

    assertThat(mistakes.found())
        .extracting(mistake -> mistake.substring(0, mistake.indexOf(':')))
        .containsExactly(
            "berth.json health.web.http",
            "berth.json health.web.every",
            "berth.json health.cron",
            "berth.json grace.web",
            "berth.json a");
  }

  /** There is one user, by number; nothing that a tenant sends chooses another. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-1",
        "2147483648",
        "4294967296",
        "42949672960000000000",
        "\"root\"",
        "\"0:0\"",
        "null"
      })
  void aUserIsAnUnknownSetting(String user) {
    String json = "{\"user\": %1$s, \"health\": {\"web\": {\"user\": %1$s}}}".formatted(user);

    AppSettings.read(json.getBytes(UTF_8), Set.of("web"), mistakes);

    assertThat(mistakes.found())
        .containsExactly(
            "berth.json user: is unknown; known are health and grace",
            "berth.json health.web.user: is unknown; known are http, interval, timeout, start and"
                + " failures");
  }

  @Test
  void brokenJsonNamesTheLine() {
    AppSettings.read("{\n\"grace\": {\"web\" 3}}".getBytes(UTF_8), Set.of("web"), mistakes);

    assertThat(mistakes.found()).singleElement().asString().startsWith("berth.json line 2: ");
  }

  private Map<String, String> read(String text) {
    return Procfile.read(text.getBytes(UTF_8), mistakes);
  }
}
