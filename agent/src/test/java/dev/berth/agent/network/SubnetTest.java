package dev.berth.agent.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SubnetTest {
  @Test
  void theGatewayIsTheFirstAddressAndInstancesFollow() {
    var subnet = Subnet.of("10.88.4.0/22");

    assertThat(subnet.gateway()).isEqualTo("10.88.4.1");
    assertThat(subnet.address(1)).isEqualTo("10.88.4.2");
    assertThat(subnet.address(subnet.places())).isEqualTo("10.88.7.254");
    assertThat(subnet.surroundings()).isEqualTo("10.88.0.0/16");
  }

  @Test
  void twoNodesInOneSurroundingNeverShareAnIdRange() {
    var one = Subnet.of("10.88.0.0/22");
    var other = Subnet.of("10.88.4.0/22");

    assertThat(one.rangeNumber(one.places())).isLessThan(other.rangeNumber(1));
  }

  @Test
  void aSubnetThatIsNoSubnetIsRefused() {
    assertThatThrownBy(() -> Subnet.of("10.88.0.1/22")).hasMessageContaining("bits set");
    assertThatThrownBy(() -> Subnet.of("10.88.0.0/8")).hasMessageContaining("/20 to /29");
    assertThatThrownBy(() -> Subnet.of("10.88.0.0")).hasMessageContaining("10.88.0.0/22");
    assertThatThrownBy(() -> Subnet.of("10.288.0.0/22")).hasMessageContaining("288");
  }

  @Test
  void namesFitTheKernelAndCarryTheNode() {
    var names = new NetworkNames("0a1b2c", 999);

    assertThat(names.bridge()).hasSizeLessThanOrEqualTo(15);
    assertThat(names.link(4093)).hasSizeLessThanOrEqualTo(15).startsWith("v0a1b2crr");
  }
}
