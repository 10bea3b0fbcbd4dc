package dev.berth.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.linux.NativeSyscalls;
import dev.berth.agent.runtime.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRoomTest {
  private static final int RATE = 10_000;
  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir private Path directory;
  private Path file;
  private long written;
  private final LogRoom room = new LogRoom(RATE, START);

  @BeforeEach
  void choose() {
    file = directory.resolve("log");
  }

  @Test
  void whatFitsStays() throws IOException {
    write(1, 100);

    assertThat(beyond(1)).isZero();
    assertThat(lines()).hasSize(100);
  }

  @Test
  void whatDoesNotFitIsCountedAndGone() throws IOException {
    write(1, 5000);

    long beyond = beyond(1);

    assertThat(beyond).isEqualTo(written - 4 * RATE);
    assertThat(lines()).first().isEqualTo("line 1");
    assertThat(lines().size()).isBetween(4 * RATE / 60, 4 * RATE / 40);
    assertThat(Files.size(file)).isEqualTo(written);
  }

  @Test
  void linesAfterADropAreWhole() throws IOException {
    write(1, 5000);
    beyond(1);
    write(5001, 5003);

    assertThat(beyond(60)).isZero();
    assertThat(lines()).endsWith("line 5001", "line 5002", "line 5003");
  }

  @Test
  void whatAReplacedFileHeldCountsAsDropped() throws IOException {
    write(1, 5000);
    beyond(1);
    write(5001, 9000);
    Files.delete(file);
    write(9001, 9010);

    assertThat(beyond(2)).isGreaterThan(4000 * 40);
    assertThat(lines()).last().isEqualTo("line 9010");
  }

  @Test
  void roomIsSavedUpForAFewSecondsOnly() throws IOException {
    write(1, 5000);
    beyond(1);
    write(5001, 10_000);

    assertThat(beyond(1000)).isBetween(written / 2 - 4 * RATE - 999, written / 2 - 4 * RATE + 9999);
  }

  @Test
  void theWordsNameAmountAndLimit() {
    assertThat(LogMeter.words(12_897_485, 1024))
        .isEqualTo(
            "12.3 MiB of output dropped in the last 10 s; the limit of this size is 1024 KiB/s");
    assertThat(LogMeter.words(2048, 64)).startsWith("2 KiB of output");
  }

  private long beyond(int second) {
    return room.beyond(new Output(file, written), START.plusSeconds(second), new NativeSyscalls());
  }

  private List<String> lines() throws IOException {
    return new LogTail(() -> Optional.of(copy()))
        .last(100_000).stream().map(line -> line.text().toStringUtf8()).toList();
  }

  private Path copy() {
    try {
      return Files.copy(file, directory.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void write(int first, int last) throws IOException {
    var text = new StringBuilder();
    for (int i = first; i <= last; i++) {
      text.append("2026-11-22T12:00:00.000000000+00:00 stdout F line ").append(i).append('\n');
    }
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    written += text.length();
  }
}
