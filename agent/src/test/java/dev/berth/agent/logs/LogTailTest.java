package dev.berth.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
  @TempDir private Path directory;
  private Path file;
  private LogTail tail;

  @BeforeEach
  void openTail() {
    file = directory.resolve("log");
    tail = new LogTail(() -> Optional.of(file));
  }

  @Test
  void theLastLinesOfALargeFileAreFound() throws IOException {
    write(1, 5000);

    assertThat(texts(tail.last(3))).containsExactly("line 4998", "line 4999", "line 5000");
  }

  @Test
  void aShortFileIsReadWhole() throws IOException {
    write(1, 2);

    assertThat(texts(tail.last(100))).containsExactly("line 1", "line 2");
  }

  @Test
  void whatIsWrittenLaterFollowsOnce() throws IOException {
    write(1, 3);
    tail.last(1);
    write(4, 5);

    assertThat(poll()).containsExactly("line 4", "line 5");
    assertThat(poll()).isEmpty();
  }

  @Test
  void noLinesStillMeansFromTheEnd() throws IOException {
    write(1, 3);

    assertThat(tail.last(0)).isEmpty();
    assertThat(poll()).isEmpty();
  }

  @Test
  void aFileThatWasReplacedIsReadFromItsBeginning() throws IOException {
    write(1, 3);
    tail.last(1);
    Path fresh = directory.resolve("fresh");
    Files.writeString(fresh, record(9));
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);

    assertThat(poll()).containsExactly("line 9");
  }

  @Test
  void aLinkThatTookTheFilesPlaceIsNotFollowed() throws IOException {
    Path secret = directory.resolve("secret");
    Files.writeString(secret, record(7));
    Files.createSymbolicLink(file, secret);

    assertThat(tail.last(10)).isEmpty();
    assertThat(poll()).isEmpty();
  }

  @Test
  void aFileThatIsNotThereYetIsEmpty() throws IOException {
    assertThat(tail.last(10)).isEmpty();
    write(1, 1);

    assertThat(poll()).containsExactly("line 1");
  }

  private List<String> poll() throws IOException {
    List<LogRecord> records = new ArrayList<>();
    tail.poll(records::add);
    return texts(records);
  }

  private void write(int from, int to) throws IOException {
    var text = new StringBuilder();
    for (int i = from; i <= to; i++) {
      text.append(record(i));
    }
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static String record(int number) {
    return "2026-11-22T08:00:00.000000000+00:00 stdout F line " + number + "\n";
  }

  private static List<String> texts(List<LogRecord> records) {
    return records.stream().map(it -> it.text().toStringUtf8()).toList();
  }
}
