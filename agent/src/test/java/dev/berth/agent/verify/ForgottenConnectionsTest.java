package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.Defence;
import dev.berth.agent.runtime.Defences;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two tenants that have an address one after the other. */
@Tag("root")
@Timeout(60)
class ForgottenConnectionsTest {
  /** Sends secrets to whoever has asked once, for ever. */
  private static final String TELLER =
      """
      $| = 1;
      my $udp;
      socket($udp, 2, 2, 0) && bind($udp, pack("S n x12", 2, 7003)) or die $!;
      print "ready\\n";
      my $to = recv($udp, my $text, 200, 0);
      while (1) { send($udp, "secret", 0, $to); select(undef, undef, undef, 0.02) }
      """;

  private static final String LISTEN =
      """
      my $udp;
      socket($udp, 2, 2, 0) && bind($udp, pack("S n x12", 2, 4000)) or die $!;
      %s
      local $SIG{ALRM} = sub { die "silence\\n" };
      alarm 1;
      my $heard = eval { recv($udp, my $text, 200, 0); $text };
      print defined $heard ? $heard : $@;
      """;

  @TempDir Path directory;

  @Test
  void whoGetsAnAddressNextHearsNothingThatWasMeantForTheLast() throws Exception {
    assertThat(heardByTheNext(Defences.all())).isEqualTo("silence");
  }

  @Test
  void withoutThatRuleItWould() throws Exception {
    assertThat(heardByTheNext(Defences.all().without(Defence.FORGOTTEN_CONNECTIONS)))
        .isEqualTo("secret");
  }

  private String heardByTheNext(Defences defences) throws Exception {
    try (var node = new NetworkNode(directory, NetworkNode.clusterId(), 1, defences);
        var outside = new Outside(node.bridge())) {
      Cell cell = node.cell();
      var teller = outside.perl(TELLER);
      assertThat(teller.inputReader().readLine()).isEqualTo("ready");
      String ask =
          "send($udp, 'tell me', 0, pack('S n C4 x8', 2, 7003, %s)) or die $!;"
              .formatted(outside.address(2).replace('.', ','));
      assertThat(cell.inside(LISTEN.formatted(ask)).strip()).isEqualTo("secret");

      node.host().release(ContainerHost.FIRST_CELL);
      Cell next = node.cell();

      assertThat(next.address()).isEqualTo(cell.address());
      return next.inside(LISTEN.formatted("")).strip();
    }
  }
}
