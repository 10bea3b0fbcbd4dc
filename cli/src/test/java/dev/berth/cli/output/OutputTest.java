package dev.berth.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.output.Terminal.Color;
import dev.berth.proto.v1.Config;
import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.LogLine;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class OutputTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void aTableIsAsWideAsItNeedsToBe() {
    new Table("instance", "phase", "restarts")
        .row("web.1", "running", 0)
        .row("worker.12", "pending", 110)
        .print(terminal(false));

    assertThat(text(out))
        .isEqualTo(
            """
            INSTANCE   PHASE    RESTARTS
            web.1      running         0
            worker.12  pending       110
            """);
  }

  @Test
  void colorsAreForTerminalsOnly() {
    Table table = new Table("phase").row("running").paint(0, phase -> Color.GOOD);

    table.print(terminal(false));
    assertThat(text(out)).doesNotContain("\u001b");
    table.print(terminal(true));
    assertThat(text(out)).contains("\u001b[32mrunning\u001b[0m");
  }

  @Test
  void textOfOthersCannotDriveTheTerminal() {
    assertThat(Terminal.clean("a\u001b]0;owned\u0007b\tc")).isEqualTo("a\ufffd]0;owned\ufffdb\tc");
    assertThat(Terminal.cleanButColor("\u001b[31mred\u001b[0m\u001b[2J"))
        .isEqualTo("\u001b[31mred\u001b[0m\ufffd[2J");
  }

  @Test
  void jsonHasEveryFieldAndNumbersAsNumbers() {
    Instance instance =
        Instance.newBuilder().setTenant("acme").setIndex(3).setPlacementId(1L << 40).build();

    assertThat(Json.line(instance))
        .contains("\"tenant\":\"acme\"")
        .contains("\"index\":3")
        .contains("\"placementId\":1099511627776")
        .contains("\"phase\":\"PHASE_UNSPECIFIED\"")
        .contains("\"nextStartAt\":0")
        .doesNotContain("lastExit");
  }

  @Test
  void jsonKeepsHostileValuesAndSortsMaps() {
    Config config =
        Config.newBuilder().putValues("B", "() { :;}; echo x\n\"'").putValues("A", "").build();

    assertThat(Json.line(config))
        .isEqualTo("{\"values\":{\"A\":\"\",\"B\":\"() { :;}; echo x\\n\\\"'\"},\"version\":0}");
    assertThat(Json.line(LogLine.getDefaultInstance())).contains("\"source\":\"STDOUT\"");
  }

  @Test
  void progressInALogIsOneLineEveryFewSeconds() {
    Instant begun = Instant.EPOCH;
    MovingClock clock = new MovingClock(begun);
    Progress progress = new Progress(terminal(false), clock);

    progress.state("one");
    clock.now = begun.plusSeconds(6);
    progress.state("two");
    progress.state("three");
    progress.milestone("done");

    assertThat(text(err)).isEqualTo("two\ndone\n");
  }

  @Test
  void sizesAndTimesAreSaidShortly() {
    assertThat(Words.bytes(1023)).isEqualTo("1023 B");
    assertThat(Words.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Words.mib(65_536)).isEqualTo("64 GiB");
    assertThat(Words.length(Duration.ofSeconds(119))).isEqualTo("119s");
    assertThat(Words.length(Duration.ofHours(5))).isEqualTo("5h");
    assertThat(Words.since(0, Instant.EPOCH)).isEqualTo("-");
  }

  private Terminal terminal(boolean colored) {
    return new Terminal(stream(out), stream(err), false, colored);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static final class MovingClock extends Clock {
    private Instant now;

    MovingClock(Instant now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneOffset getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }
  }
}
