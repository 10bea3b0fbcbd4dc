package dev.berth.scheduler.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.CampaignId;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.HistoryEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pcollections.TreePVector;

class StateImageTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String LATER = "of a later version";
  private static final UnknownFieldSet LATER_FIELD =
      UnknownFieldSet.newBuilder()
          .addField(
              9999,
              UnknownFieldSet.Field.newBuilder()
                  .addLengthDelimited(ByteString.copyFromUtf8(LATER))
                  .build())
          .build();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void anImageOfAnyStateIsThatState(long seed) {
    Store.Loaded loaded = random(seed, 60);

    Store.Loaded again = StateImage.of(StateImage.of(loaded).contents()).loaded();

    assertThat(again.state()).isEqualTo(loaded.state());
    assertThat(again.history()).isEqualTo(loaded.history());
  }

  @Test
  void theChecksumIsOfAllAndTheStatesOneLeavesTheHistoryOut() {
    Store.Loaded loaded = random(7, 40);
    StateImage image = StateImage.of(loaded);
    StateImage later = StateImage.of(new Store.Loaded(loaded.state(), List.of()));

    assertThat(StateImage.of(random(7, 40)).sha256()).isEqualTo(image.sha256());
    assertThat(later.sha256()).isNotEqualTo(image.sha256());
    assertThat(later.stateSha256()).isEqualTo(image.stateSha256());
    assertThat(StateImage.of(random(7, 41)).stateSha256()).isNotEqualTo(image.stateSha256());
  }

  @Test
  void whatCannotBeReadIsRefusedByName() {
    Map<String, ByteString> contents = new HashMap<>(StateImage.of(random(3, 40)).contents());
    String app = contents.keySet().stream().filter(it -> it.startsWith("apps/")).findFirst().get();

    assertRefused(contents, "apps/acme.x", ByteString.copyFromUtf8("garbage"), "apps/acme.x");
    assertRefused(contents, app, ByteString.EMPTY, app);
    assertRefused(contents, "election/x", ByteString.EMPTY, "election/x");
    assertRefused(contents, "apps/../format", ByteString.EMPTY, "apps/../format");
    contents.remove("counters");
    assertThatThrownBy(() -> StateImage.of(contents).loaded()).hasMessageContaining("counters");
  }

  private static void assertRefused(
      Map<String, ByteString> whole, String path, ByteString content, String named) {
    Map<String, ByteString> damaged = new HashMap<>(whole);
    damaged.put(path, content);
    assertThatThrownBy(() -> StateImage.of(damaged).loaded())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @Test
  void aRevivedStateGivesNoNumberASecondTimeAndBeginsHeld() {
    Store.Loaded old = random(11, 60);

    Store.Loaded revived = Revival.of(old, "restored", NOW);

    ClusterState.Counters before = old.state().counters();
    ClusterState.Counters after = revived.state().counters();
    assertThat(after.lastPlacement() - before.lastPlacement()).isGreaterThan(1_000_000_000_000L);
    assertThat(after.lastEvent() - before.lastEvent()).isGreaterThan(1_000_000);
    assertThat(revived.state().placements()).isEqualTo(old.state().placements());
    assertThat(revived.state().upkeep().freeze()).isInstanceOf(FreezeOrder.Frozen.class);
    for (App app : old.state().apps().values()) {
      App raised = revived.state().app(app.id()).orElseThrow();
      assertThat(raised.release().number()).isEqualTo(app.release().number());
      assertThat(raised.release().lastNumber()).isEqualTo(app.release().lastNumber() + 1000);
      assertThat(raised.version()).isGreaterThan(app.version() + 999_999);
      assertThat(raised.config()).isEqualTo(app.config());
    }
    assertThat(revived.history()).hasSize(old.history().size() + 1);
    assertThat(revived.history().getLast().kind()).isEqualTo("cluster.restored");
    assertThat(revived.history().getLast().sequence()).isEqualTo(after.lastEvent());
    assertThat(StateImage.of(revived).loaded()).isEqualTo(revived);
  }

  @Test
  void aRevivedStateGivesNoNumberOfABaseVersionOrACampaignASecondTime() {
    var changes = new ArrayList<Change>();
    random(11, 60).state().bases().values().forEach(it -> changes.add(new Change.PutBase(it)));
    changes.add(new Change.PutCampaign(campaign(7)));
    ClusterState old = ClusterState.empty().after(changes);
    BaseLine line = old.bases().firstEntry().getValue();
    var begunSince = new BaseLine("begun-since", TreePVector.empty());

    Store.Loaded once = Revival.of(new Store.Loaded(old, List.of()), "restored", NOW);
    ClusterState twice = Revival.of(once, "restored", NOW).state();

    assertThat(once.state().nextCampaign().number()).isEqualTo(100_008);
    assertThat(once.state().nextVersion(line)).isGreaterThan(line.newest().number() + 1000);
    assertThat(once.state().nextVersion(begunSince)).isGreaterThan(1000);
    assertThat(twice.nextVersion(line)).isGreaterThan(once.state().nextVersion(line) + 999);
    assertThat(StateImage.of(once).loaded()).isEqualTo(once);
  }

  @Test
  void whatOnlyALaterVersionKnowsIsKeptAlsoWhenTheStateIsRevived() {
    StateImage later = ofALaterVersion(random(11, 60));

    StateImage.Legible read = later.legible();
    Map<String, ByteString> revived = read.revived("restored", NOW).contents();

    assertThat(StateImage.of(read.loaded(), read.foreign()).contents()).isEqualTo(later.contents());
    assertThat(revived).hasSizeGreaterThanOrEqualTo(later.contents().size());
    revived.forEach((path, content) -> {
      boolean isRevivalsOwn = path.startsWith("history/") || path.equals("upkeep/freeze");
      assertThat(isRevivalsOwn || isOfALaterVersion(content)).as(path).isTrue();
    });
    assertThat(revived.entrySet())
        .anyMatch(it -> it.getKey().startsWith("history/") && isOfALaterVersion(it.getValue()));
  }

  /** With a field of a number that nobody here knows in all of it. */
  static StateImage ofALaterVersion(Store.Loaded loaded) {
    var contents = new HashMap<String, ByteString>();
    StateImage.of(loaded)
        .contents()
        .forEach((path, content) -> contents.put(path, content.concat(LATER_FIELD.toByteString())));
    return StateImage.of(contents);
  }

  private static boolean isOfALaterVersion(ByteString content) {
    return content.toString(ISO_8859_1).endsWith(LATER);
  }

  private static Campaign campaign(long number) {
    return new Campaign(
        new CampaignId(number),
        new Campaign.Course("debian-12", 1, 2, Duration.ZERO, false),
        TreePVector.singleton(Campaign.Ring.of(100)),
        new Campaign.Standing(Campaign.Phase.DONE, 0, NOW, null, ""),
        new Campaign.Origin(NOW, "operator", ""));
  }

  static Store.Loaded random(long seed, int batches) {
    var random = new RandomBatches(new Random(seed), ClusterState.empty());
    var history = new ArrayList<HistoryEvent>();
    for (int batch = 0; batch < batches; batch++) {
      for (Change change : random.next().changes()) {
        if (change instanceof Change.AddEvent(HistoryEvent event)) {
          history.add(event);
        }
      }
    }
    return new Store.Loaded(random.state(), history);
  }
}
