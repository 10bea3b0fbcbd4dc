package dev.berth.agent.verify;

import dev.berth.agent.linux.Programs;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.ContainerPlan;
import dev.berth.agent.runtime.HostException;
import dev.berth.agent.runtime.Launched;
import dev.berth.agent.runtime.Limits;
import dev.berth.agent.runtime.Rates;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cells of one verification; closing removes them. Confined to one thread. */
final class Cells implements AutoCloseable {
  private static final Limits LIMITS =
      new Limits(64, 100, 1000, 32, 16, 256, new Rates(100, 64, 100, 1024, 4096));

  /** Waits for programs on its port; says first which descriptors it was born with. */
  private static final String SERVER =
      """
      our @born = map { my $to = readlink("/proc/self/fd/$_"); defined $to ? "$_ $to" : () } 0..999;
      our $mask = umask;
      socket(my $listener, 2, 1, 0) or die "socket: $!";
      setsockopt($listener, 1, 2, 1);
      bind($listener, pack("S n a4 x8", 2, 5000, "\\0\\0\\0\\0")) or die "bind: $!";
      listen($listener, 64) or die "listen: $!";
      $SIG{CHLD} = "IGNORE";
      while (1) {
        accept(my $peer, $listener) or next;
        my $child = fork;
        if (defined $child && $child == 0) {
          $SIG{CHLD} = "DEFAULT";
          my $program = "";
          1 while sysread($peer, $program, 65536, length $program);
          open(STDOUT, ">&", $peer);
          open(STDERR, ">&", $peer);
          $| = 1;
          eval $program;
          print "died: $@" if $@;
          exit 0;
        }
        close $peer;
      }
      """;

  private final ContainerHost host;
  private final CellImages images;
  private final Programs programs;
  private final Limits limits;
  private final List<Launched> launched = new ArrayList<>();
  private final String server;
  private @Nullable Cell second;

  Cells(ContainerHost host, CellImages images, Programs programs) {
    this(host, images, programs, LIMITS, "");
  }

  /** For a test whose cells do something before they look at how they were born. */
  Cells(ContainerHost host, CellImages images, Programs programs, String first) {
    this(host, images, programs, LIMITS, first);
  }

  /** For a test whose cells have other limits. */
  Cells(ContainerHost host, CellImages images, Programs programs, Limits limits) {
    this(host, images, programs, limits, "");
  }

  private Cells(
      ContainerHost host, CellImages images, Programs programs, Limits limits, String first) {
    this.server = first + SERVER;
    this.programs = programs;
    this.host = host;
    this.images = images;
    this.limits = limits;
  }

  Cell first() throws IOException {
    return make(0);
  }

  private Cell second() throws IOException {
    if (second == null) {
      second = make(1);
    }
    return second;
  }

  private Cell make(int number) throws IOException {
    long id = ContainerHost.FIRST_CELL + number;
    var plan =
        new ContainerPlan(
            id,
            "verify-" + number,
            "cell",
            "web",
            1,
            1,
            images.base(),
            images.slug(),
            List.of(CellImages.PERL, "-e", server),
            Map.of(),
            limits,
            Cell.PORT);
    try {
      Launched made = host.start(plan, 1);
      launched.add(made);
      return new Cell(host.facts(), made, limits, programs, this::second);
    } catch (HostException e) {
      host.release(id);
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    launched.forEach(each -> host.release(each.placementId()));
  }
}
