package dev.berth.agent.wire;

import static dev.berth.agent.order.SampleOrders.denying;
import static dev.berth.agent.order.SampleOrders.run;
import static dev.berth.agent.order.SampleOrders.runChecked;
import static dev.berth.agent.order.SampleOrders.stop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.Rates;
import dev.berth.agent.order.Snapshot;
import dev.berth.proto.DesiredChecksum;
import dev.berth.proto.v1.ContainerSpec;
import dev.berth.proto.v1.DesiredState;
import dev.berth.proto.v1.Order;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderCodecTest {
  private final Snapshot snapshot =
      new Snapshot(3, 9, List.of(run(1), runChecked(2, 5000), denying(stop(3), "10.0.0.0/8")));

  @Test
  void ordersSurviveTheWayToTheDiskAndBack() throws DamagedException {
    assertThat(OrderCodec.fromBytes(OrderCodec.bytes(snapshot))).isEqualTo(snapshot);
  }

  @Test
  void aSizeWithoutRatesGetsThoseOfTheCatalogsMiddle() throws DamagedException {
    Order order = OrderCodec.message(snapshot).getOrders(0);
    var size = order.getSpec().getSize().toBuilder().clearIoWeight().clearNetworkMbits();
    var spec = order.getSpec().toBuilder().setSize(size);

    var rates =
        OrderCodec.snapshot(state(List.of(order.toBuilder().setSpec(spec).build())))
            .orders()
            .getFirst()
            .spec()
            .limits()
            .rates();

    assertThat(rates).isEqualTo(new Rates(100, 64, 500, 512, 2048));
  }

  @Test
  void aStateWhoseChecksumDisagreesIsRefused() {
    DesiredState state =
        OrderCodec.message(snapshot).toBuilder().setChecksum(ByteString.copyFromUtf8("x")).build();

    assertThatThrownBy(() -> OrderCodec.snapshot(state)).hasMessageContaining("checksum");
  }

  @Test
  void aStateWithoutOneOfItsOrdersIsRefused() {
    DesiredState state = OrderCodec.message(snapshot).toBuilder().removeOrders(1).build();

    assertThatThrownBy(() -> OrderCodec.snapshot(state)).hasMessageContaining("2 orders, not 3");
  }

  @Test
  void anOrderThatIsNotUnderstoodDamagesItsMessage() {
    List<Order> orders = List.of(Order.newBuilder().setPlacementId(4).setTargetValue(9).build());

    assertThatThrownBy(() -> OrderCodec.snapshot(state(orders)))
        .hasMessageContaining("placement 4");
  }

  @Test
  void onlyWebIsCheckedByDefault() throws DamagedException {
    List<Order> orders = List.of(ofType(1, "web"), ofType(2, "worker"));

    List<HealthCheck> checks =
        OrderCodec.snapshot(state(orders)).orders().stream().map(o -> o.spec().health()).toList();

    assertThat(checks)
        .isEqualTo(
            List.of(
                new HealthCheck.Tcp(HealthCheck.Timing.DEFAULT), new HealthCheck.ProcessRuns()));
  }

  private static Order ofType(long id, String type) {
    return Order.newBuilder()
        .setPlacementId(id)
        .setProcessType(type)
        .setTarget(Order.Target.RUN)
        .setSpec(ContainerSpec.newBuilder().setPort(5000))
        .build();
  }

  private static DesiredState state(List<Order> orders) {
    return DesiredState.newBuilder()
        .setEpoch(1)
        .setRevision(1)
        .addAllOrders(orders)
        .setCount(orders.size())
        .setChecksum(DesiredChecksum.of(orders))
        .build();
  }
}
