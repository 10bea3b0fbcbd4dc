package dev.berth.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.runtime.FakeInstanceHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastWordsTest {
  @TempDir private Path directory;
  private FakeInstanceHost host;
  private LogFiles files;
  private LastWords lastWords;

  @BeforeEach
  void open() throws IOException {
    host = new FakeInstanceHost(directory);
    files = new LogFiles(host, directory.resolve("kept"));
    lastWords = new LastWords(files);
  }

  @AfterEach
  void close() {
    files.close();
  }

  @Test
  void theLastLinesStandOnOne() throws IOException {
    write(IntStream.rangeClosed(1, 12).mapToObj(it -> "line " + it).toArray(String[]::new));

    assertThat(lastWords.of(7, 1))
        .isEqualTo(
            IntStream.rangeClosed(3, 12)
                .mapToObj(it -> "line " + it)
                .collect(Collectors.joining(" | ")));
  }

  @Test
  void whatMovesTheCursorIsLeftOut() throws IOException {
    write("\u001b[2Jcleared", "", "a\tb");

    assertThat(lastWords.of(7, 1)).isEqualTo("[2Jcleared | a b");
  }

  @Test
  void theEndOfLongLinesIsKept() throws IOException {
    write("x".repeat(5000) + "end");

    assertThat(lastWords.of(7, 1)).startsWith("... x").endsWith("xend").hasSize(4 + 1000);
  }

  @Test
  void whoWroteNothingHasNone() {
    assertThat(lastWords.of(7, 1)).isEmpty();
  }

  private void write(String... lines) throws IOException {
    var log = new StringBuilder();
    for (String line : lines) {
      log.append("2026-11-22T10:00:00.000000000+00:00 stderr F ").append(line).append('\n');
    }
    Files.writeString(host.log(7, 1), log);
  }
}
