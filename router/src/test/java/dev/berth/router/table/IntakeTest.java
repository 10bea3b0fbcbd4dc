package dev.berth.router.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntakeTest {
  private static final Intake START = applied(Intake.empty().accept(full(3, 10, 30)));

  /** One pool and one hostname for each route. */
  private static FullTable full(long epoch, long version, int routes) {
    List<Pool> pools = IntStream.range(0, routes).mapToObj(i -> pool("p" + i, i)).toList();
    List<HostEntry> hosts =
        IntStream.range(0, routes).mapToObj(i -> new HostEntry("h" + i, "p" + i)).toList();
    return new FullTable(epoch, version, pools, hosts, routes, routes);
  }

  private static Pool pool(String id, int placement) {
    Route route = new Route(placement, 1, "10.0.0.1", 5000, "web.1");
    return new Pool(id, List.of(route), Emptiness.NOT_EMPTY);
  }

  private static Delta delta(long epoch, long from, long to) {
    return new Delta(
        epoch,
        from,
        to,
        List.of(pool("new", 99)),
        List.of("p0"),
        List.of(new HostEntry("new.host", "new")),
        List.of("h0"));
  }

  private static Intake applied(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Changed(Intake intake, var _) -> intake;
      case Outcome.Replaced(Intake intake) -> intake;
      case Outcome.Known _ -> throw new AssertionError("nothing new was said");
      case Outcome.Resync(var _, String reason) -> throw new AssertionError(reason);
    };
  }

  private static Intake kept(Outcome outcome) {
    if (outcome instanceof Outcome.Resync(Intake intake, var _)) {
      assertThat(intake.table()).isSameAs(START.table());
      return intake;
    }
    throw new AssertionError("the table was changed: " + outcome);
  }

  @Test
  void aFullTableReplacesEverything() {
    RouteTable table = applied(START.accept(full(3, 11, 25))).table();

    assertThat(table.version()).isEqualTo(11);
    assertThat(table.hostCount()).isEqualTo(25);
    assertThat(table.routeCount()).isEqualTo(25);
    assertThat(table.find("h24")).isNotNull();
    assertThat(table.find("h25")).isNull();
  }

  @Test
  void aDeltaChangesWhatItNamesAndNothingElse() {
    Outcome outcome = START.accept(delta(3, 10, 12));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Changed.class,
            changed -> assertThat(changed.pools()).containsOnly("p0", "new"));
    RouteTable table = applied(outcome).table();
    assertThat(table.version()).isEqualTo(12);
    assertThat(table.find("new.host")).isEqualTo(pool("new", 99));
    assertThat(table.find("h0")).isNull();
    assertThat(table.find("h1")).isSameAs(START.table().find("h1"));
    assertThat(table.routeCount()).isEqualTo(30);
    assertThat(START.table().find("h0")).isNotNull();
  }

  @Test
  void aLowerEpochIsRefusedWhateverItsVersion() {
    kept(START.accept(full(2, 99, 30)));
    kept(START.accept(delta(2, 10, 11)));
  }

  @Test
  void aHigherEpochBeginsWithAFullTableOfAnyVersion() {
    kept(START.accept(delta(4, 10, 11)));

    assertThat(applied(START.accept(full(4, 1, 30))).table().version()).isEqualTo(1);
  }

  @Test
  void aFullTableOfAnOlderVersionIsRefused() {
    kept(START.accept(full(3, 9, 30)));
  }

  @Test
  void aGapIsNotBridged() {
    kept(START.accept(delta(3, 11, 12)));
  }

  @Test
  void aDeltaThatIsKnownChangesNothing() {
    assertThat(START.accept(delta(3, 8, 10))).isInstanceOf(Outcome.Known.class);
  }

  @Test
  void halfATableIsRefused() {
    FullTable whole = full(3, 11, 30);

    kept(START.accept(new FullTable(3, 11, whole.pools(), whole.hosts(), 31, 30)));
    kept(START.accept(new FullTable(3, 11, whole.pools(), whole.hosts(), 30, 31)));
    kept(START.accept(new FullTable(3, 11, whole.pools().subList(0, 29), whole.hosts(), 30, 30)));
  }

  @Test
  void aTableThatLosesMostRoutesIsBelievedWhenItIsSaidTwice() {
    Intake doubting = kept(START.accept(full(3, 11, 14)));

    assertThat(applied(doubting.accept(full(3, 11, 14))).table().routeCount()).isEqualTo(14);
    assertThat(applied(doubting.accept(full(3, 15, 0))).table().routeCount()).isZero();
  }

  @Test
  void anotherLeaderHasToSayItTwiceToo() {
    Intake doubting = kept(START.accept(full(3, 11, 14)));
    Intake again = kept(doubting.accept(full(4, 1, 14)));

    assertThat(applied(again.accept(full(4, 1, 14))).table().routeCount()).isEqualTo(14);
  }

  @Test
  void aTableThatKeepsHalfIsBelievedAtOnce() {
    assertThat(applied(START.accept(full(3, 11, 15))).table().routeCount()).isEqualTo(15);
  }

  @Test
  void aSmallTableMayLoseAllAtOnce() {
    Intake small = applied(Intake.empty().accept(full(1, 1, Intake.GUARDED_ROUTES)));

    assertThat(applied(small.accept(full(1, 2, 0))).table().routeCount()).isZero();
  }

  @Test
  void deltasMayScaleEverythingToZero() {
    Intake now = START;
    for (int i = 0; i < 30; i++) {
      List<Pool> empty = List.of(new Pool("p" + i, List.of(), Emptiness.NO_INSTANCES));
      long version = now.table().version();
      now =
          applied(
              now.accept(
                  new Delta(3, version, version + 1, empty, List.of(), List.of(), List.of())));
    }

    assertThat(now.table().routeCount()).isZero();
    assertThat(now.table().hostCount()).isEqualTo(30);
  }

  @Test
  void aHostnameWhosePoolIsNotKnownHasNoInstances() {
    FullTable full = new FullTable(3, 11, List.of(), List.of(new HostEntry("x", "nowhere")), 0, 1);

    Pool pool = applied(Intake.empty().accept(full)).table().find("x");

    assertThat(pool).isEqualTo(new Pool("nowhere", List.of(), Emptiness.NO_INSTANCES));
  }

  @Test
  void theWholeOfATableMakesTheSameTable() {
    RouteTable table = START.table();

    RouteTable copy = applied(Intake.empty().accept(table.full())).table();

    List<String> names = new ArrayList<>();
    IntStream.range(0, 30).forEach(i -> names.add("h" + i));
    assertThat(names).allSatisfy(name -> assertThat(copy.find(name)).isEqualTo(table.find(name)));
    assertThat(copy.version()).isEqualTo(table.version());
    assertThat(copy.epoch()).isEqualTo(table.epoch());
  }
}
