package dev.berth.agent.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.control.NodeNotice;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Notice;
import dev.berth.agent.runtime.FakeInstanceHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesTest {
  private static final PlacementId ID = new PlacementId(7);
  @TempDir private Path directory;
  private FakeInstanceHost host;
  private LogFiles files;

  @BeforeEach
  void open() throws IOException {
    host = new FakeInstanceHost(directory);
    files = new LogFiles(host, directory.resolve("kept"));
  }

  @Test
  void theLastIncarnationsStayReadableAfterTheirContainersAreGone() throws IOException {
    for (int incarnation = 1; incarnation <= 5; incarnation++) {
      Files.writeString(host.log(7, incarnation), "output " + incarnation);
      files.keep(ID, incarnation);
      Files.delete(host.log(7, incarnation));
    }

    assertThat(files.kept(ID)).containsExactly(3, 4, 5);
    assertThat(files.of(ID, 5).orElseThrow()).hasContent("output 5");
    assertThat(files.of(ID, 2)).isEmpty();
  }

  @Test
  void whatIsForgottenIsGone() throws IOException {
    Files.writeString(host.log(7, 1), "output");
    files.keep(ID, 1);

    files.forget(ID);
    files.close();

    assertThat(directory.resolve("kept")).isEmptyDirectory();
  }

  @Test
  void berthsOwnLinesAreBounded() throws IOException {
    String long40 = "x".repeat(1000);
    for (int i = 1; i <= 400; i++) {
      files.write(
          new NodeNotice(
              Instant.EPOCH, ID, new Notice(Notice.Kind.EXITED, i, long40 + "\nfake line " + i)));
    }
    files.close();

    assertThat(files.platform(ID)).isRegularFile();
    assertThat(Files.size(files.platform(ID))).isLessThanOrEqualTo(LogFiles.LARGEST_PLATFORM_LOG);
    assertThat(Files.readAllLines(files.platform(ID)))
        .allMatch(line -> line.startsWith("1970-01-01T00:00:00.000000000+00:00 platform F x"))
        .last()
        .asString()
        .endsWith(" fake line 400");
  }
}
