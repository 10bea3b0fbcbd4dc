package dev.berth.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogParserTest {
  private static final String AT = "2026-11-22T08:00:00.123456789+01:00 ";
  private final LogParser parser = new LogParser();
  private final List<LogRecord> lines = new ArrayList<>();

  @Test
  void aRecordHasItsTimeItsSourceAndItsText() {
    feed(AT + "stdout F hello  world \n");

    assertThat(lines.getFirst().at()).hasToString("2026-11-22T07:00:00.123456789Z");
    assertThat(texts()).containsExactly("STDOUT hello  world ");
  }

  @Test
  void piecesOfALineAreJoinedForEachSourceAlone() {
    feed(AT + "stdout P one \n" + AT + "stderr F other\n" + AT + "stdout F line\n");

    assertThat(texts()).containsExactly("STDERR other", "STDOUT one line");
  }

  @Test
  void bytesMayComeOneByOne() {
    for (char c : (AT + "stdout F abc\n" + AT + "stdout F \n").toCharArray()) {
      feed(String.valueOf(c));
    }

    assertThat(texts()).containsExactly("STDOUT abc", "STDOUT ");
  }

  @Test
  void aLineOfManyPiecesIsCutAndMarked() {
    for (int i = 0; i < 1000; i++) {
      feed(AT + "stdout P " + "x".repeat(8000) + "\n");
    }
    feed(AT + "stdout F end\n" + AT + "stdout F next\n");

    assertThat(lines.getFirst().text().size()).isEqualTo(LogParser.LONGEST_LINE);
    assertThat(lines.getFirst().text().toStringUtf8()).endsWith("x [cut]");
    assertThat(texts().getLast()).isEqualTo("STDOUT next");
  }

  @Test
  void aRecordWithoutAnEndIsPassedOverInBoundedMemory() {
    for (int i = 0; i < 1000; i++) {
      feed("y".repeat(64 * 1024));
    }
    feed("\n" + AT + "stdout F after\n");

    assertThat(texts()).containsExactly("STDOUT after");
  }

  @Test
  void whatIsNoRecordIsPassedOver() {
    feed("\n \n  \nnonsense\n" + AT + "\n" + AT + "stdin F x\n" + AT + "stdout\nno time F x\n");

    assertThat(lines).isEmpty();
  }

  @Test
  void hostileBytesArriveAsTheyAre() {
    byte[] hostile = {(byte) 0xff, 0, 27, '[', '2', 'J', (byte) 0xc3, '\r'};
    feed(AT + "stdout F ");
    parser.feed(hostile, hostile.length, lines::add);
    feed("\n");

    assertThat(lines.getFirst().text().toByteArray()).isEqualTo(hostile);
  }

  private void feed(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    parser.feed(bytes, bytes.length, lines::add);
  }

  private List<String> texts() {
    return lines.stream().map(it -> it.source() + " " + it.text().toStringUtf8()).toList();
  }
}
