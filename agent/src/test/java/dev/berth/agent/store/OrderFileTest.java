package dev.berth.agent.store;

import static dev.berth.agent.order.SampleOrders.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.order.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderFileTest {
  private final Snapshot snapshot = new Snapshot(4, 8, List.of(run(1)));
  @TempDir private Path directory;

  @Test
  void noFileMeansThatNothingIsKnown() throws IOException {
    assertThat(new OrderFile(directory.resolve("orders")).read().known()).isFalse();
  }

  @Test
  void whatWasWrittenIsReadBackWithItsEpoch() throws IOException {
    var file = new OrderFile(directory.resolve("orders"));

    file.write(snapshot);

    assertThat(file.read().snapshot()).isEqualTo(snapshot);
  }

  @Test
  void onlyTheOwnerReadsIt() throws IOException {
    new OrderFile(directory.resolve("orders")).write(snapshot);

    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("orders"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aDamagedFileIsSetAsideAndCountsAsNothingKnown() throws IOException {
    var file = new OrderFile(directory.resolve("orders"));
    file.write(snapshot);
    byte[] bytes = Files.readAllBytes(directory.resolve("orders"));
    bytes[bytes.length / 2] ^= 1;
    Files.write(directory.resolve("orders"), bytes);

    assertThat(file.read().known()).isFalse();
    assertThat(directory.resolve("orders.damaged")).exists();
  }
}
