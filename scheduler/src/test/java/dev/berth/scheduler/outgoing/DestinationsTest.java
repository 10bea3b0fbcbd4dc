package dev.berth.scheduler.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.scheduler.state.Ipv4Network;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationsTest {
  private static final Destinations USUAL = new Destinations(List.of(), Set.of(7070));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "2130706433",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "100::1"
      })
  void nothingInsideIsReached(String address) throws IOException {
    assertThat(USUAL.isOpen(InetAddress.getByName(address), 443)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.1.1.1", "8.8.8.8", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "2a00::1"})
  void thePublicInternetIs(String address) throws IOException {
    assertThat(USUAL.isOpen(InetAddress.getByName(address), 443)).isTrue();
  }

  @Test
  void whatAnOperatorAllowedIsButForBerthsOwnPorts() throws IOException {
    var allowing =
        new Destinations(
            List.of(Ipv4Network.of("127.0.0.0/8"), Ipv4Network.of("10.1.0.0/16")), Set.of(7070));

    assertThat(allowing.isOpen(InetAddress.getByName("10.1.2.3"), 80)).isTrue();
    assertThat(allowing.isOpen(InetAddress.getByName("10.2.2.3"), 80)).isFalse();
    assertThat(allowing.isOpen(InetAddress.getByName("127.1.2.3"), 80)).isTrue();
    assertThat(allowing.isOpen(InetAddress.getByName("127.1.2.3"), 7070)).isFalse();
  }

  @Test
  void ofSeveralAddressesOneThatIsOpenIsTaken() throws IOException {
    InetAddress inside = InetAddress.getByName("10.0.0.1");
    InetAddress outside = InetAddress.getByName("1.1.1.1");

    assertThat(USUAL.choose("a", new InetAddress[] {inside, outside}, 443)).isEqualTo(outside);
    assertThatThrownBy(() -> USUAL.choose("a.example", new InetAddress[] {inside}, 443))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.example leads to no address that may be called")
        .hasMessageNotContaining("10.0.0.1");
  }
}
