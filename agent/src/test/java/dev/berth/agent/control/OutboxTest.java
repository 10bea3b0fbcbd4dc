package dev.berth.agent.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Notice;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest {

  @Test
  void theOldestNoticesAreDroppedAndCountedBeyondTheBound() {
    var outbox = new Outbox();
    for (int i = 1; i <= Outbox.MOST_NOTICES + 3; i++) {
      outbox.happened(
          new NodeNotice(
              Instant.EPOCH, new PlacementId(i), new Notice(Notice.Kind.STARTED, 1, "started")));
    }
    var uplink = new RecordingUplink();

    outbox.link(uplink, 1, List.of());
    outbox.flush();

    assertThat(outbox.dropped()).isEqualTo(3);
    assertThat(uplink.notices).hasSize(Outbox.MOST_NOTICES);
    assertThat(uplink.notices.getFirst().id()).isEqualTo(new PlacementId(4));
  }
}
