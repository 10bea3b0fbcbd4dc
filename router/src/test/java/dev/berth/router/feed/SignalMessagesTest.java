package dev.berth.router.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.RouterMessage;
import dev.berth.proto.v1.RouterSignals;
import dev.berth.router.metrics.RouteSignals;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SignalMessagesTest {
  private final SignalMessages messages = new SignalMessages();

  @Test
  void manyInstancesAreToldInMessagesOfBoundedSize() {
    List<RouteSignals> all =
        LongStream.range(0, 12_000).mapToObj(id -> new RouteSignals(id, 0, 1, List.of())).toList();

    List<RouterSignals> told = told(all);

    assertThat(told)
        .extracting(RouterSignals::getPlacementsCount)
        .containsExactly(5000, 5000, 2000);
    assertThat(told).extracting(RouterSignals::getMore).containsExactly(true, true, false);
  }

  @Test
  void whatNobodyFollowedForIsToldOnceAsANumber() {
    messages.drop(List.of(new RouteSignals(1, 1, 2, List.of(3L, 4L))));

    assertThat(told(List.of()).getFirst().getLostRequests()).isEqualTo(9);
    assertThat(told(List.of()).getFirst().getLostRequests()).isZero();
  }

  private List<RouterSignals> told(List<RouteSignals> signals) {
    return messages.of(signals).stream().map(RouterMessage::getSignals).toList();
  }
}
