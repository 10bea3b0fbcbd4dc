package dev.berth.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.agent.FakeScheduler;
import dev.berth.leader.Schedulers;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobFetcherTest {
  private final FakeScheduler scheduler = new FakeScheduler();
  @TempDir private Path directory;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws IOException {
    String wire = directory.toString();
    server = InProcessServerBuilder.forName(wire).addService(scheduler).build().start();
    channel = InProcessChannelBuilder.forName(wire).build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void aBlobIsWrittenWhole() throws IOException {
    byte[] blob = "some image".repeat(1000).getBytes(StandardCharsets.UTF_8);
    scheduler.hold("d1", blob);

    new BlobFetcher(new Schedulers(List.of("s:1"), _ -> channel))
        .fetch("d1", directory.resolve("image"));

    assertThat(directory.resolve("image")).hasBinaryContent(blob);
  }

  @Test
  void aBlobThatIsNotThereLeavesNothingBehind() {
    var fetcher = new BlobFetcher(new Schedulers(List.of("s:1"), _ -> channel));

    assertThatThrownBy(() -> fetcher.fetch("d2", directory.resolve("image")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("d2 is not in the cluster's store");
    assertThat(directory.resolve("image")).doesNotExist();
  }
}
