package dev.berth.agent.verify;

import java.io.IOException;
import java.util.List;

/** What a hostile instance tries on the network, in Perl without any module. */
final class Attacks {
  private static final String TRY =
      """
      sub try {
        my ($ip, $port) = @_;
        socket(my $socket, 2, 1, 0) or return "socket " . ($! + 0);
        local $SIG{ALRM} = sub { die "silence\\n" };
        my $result = eval {
          alarm 4;
          connect($socket, pack("S n C4 x8", 2, $port, split /\\./, $ip)) or die(($! + 0) . "\\n");
          sysread($socket, my $text, 200);
          "reached $text";
        };
        alarm 0;
        defined $result ? $result : "failed $@";
      }
      """;

  private Attacks() {}

  /** What came of a connection: {@code reached ...}, or {@code failed} and the errno. */
  static String connect(Cell from, String address, int port) throws IOException {
    return from.inside(TRY + "print try('%s', %d);".formatted(address, port)).strip();
  }

  /** The same by UDP: one datagram, and the answer within a second. */
  static String ask(Cell from, String address, int port) throws IOException {
    return from.inside(
            """
            socket(my $socket, 2, 2, 0) or die;
            connect($socket, pack("S n C4 x8", 2, %2$d, split /\\./, "%1$s")) or die "failed " . ($! + 0) . "\\n";
            send($socket, "x", 0) or die "failed " . ($! + 0) . "\\n";
            local $SIG{ALRM} = sub { die "silence\\n" };
            alarm 2;
            my $got = recv($socket, my $text, 200, 0);
            print defined $got ? "reached $text" : "failed " . ($! + 0);
            """
                .formatted(address, port))
        .strip();
  }

  /** Opens so many connections and holds them; says how many came about. */
  static int hold(Cell from, String address, int port, int count, int seconds) throws IOException {
    return Integer.parseInt(
        from.inside(
                """
                my @held; my $made = 0;
                for (1 .. %3$d) {
                  socket(my $socket, 2, 1, 0) or last;
                  if (connect($socket, pack("S n C4 x8", 2, %2$d, split /\\./, "%1$s"))) { push @held, $socket; $made++ }
                }
                print $made;
                if (fork == 0) { close STDOUT; close STDERR; close $peer if $peer; sleep %4$d; exit 0 }
                """
                    .formatted(address, port, count, seconds))
            .strip());
  }

  /**
   * Sends frames from within the instance's namespace, as one could who had all capabilities in it.
   *
   * @param frames in hexadecimal
   */
  static void frames(Cell from, List<String> frames) throws Exception {
    var program = new StringBuilder("socket(my $raw, 17, 3, 0x0300) or die $!;\n");
    program.append("my $eth0 = pack('a16 x24', 'eth0'); ioctl($raw, 0x8933, $eth0) or die $!;\n");
    program.append("$eth0 = unpack('x16 i', $eth0);\n");
    for (String frame : frames) {
      program.append(
          "send($raw, pack('H*', '%s'), 0, pack('S n i S C C x8', 17, 3, $eth0, 0, 0, 6)) or die $!;\n"
              .formatted(frame));
    }
    Outside.run("nsenter", "--net=/proc/" + from.pid() + "/ns/net", "perl", "-e", "" + program);
  }
}
