package dev.berth.scheduler.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.berth.proto.stored.v1.StoredApp;
import dev.berth.proto.stored.v1.StoredFormation;
import dev.berth.proto.stored.v1.StoredPlacement;
import dev.berth.proto.stored.v1.StoredPlacements;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.GivenAnswer;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.proto.SetDataRequest;
import org.junit.jupiter.api.Test;

class WritesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final AppId SHOP = AppId.of("acme", "shop");
  private static final Paths PATHS = new Paths("/berth");
  private static final int LATER = 999;

  @Test
  void aCommandsEffectAndItsAnswerAreOneTransaction() {
    App app = App.create(SHOP, "shop.localhost", "debian-12", NOW);
    var answer =
        new GivenAnswer(
            1,
            new Caller.Operator(),
            "k",
            "f",
            NOW,
            new GivenAnswer.Made(GivenAnswer.Kind.DONE, "", 0, false));
    List<Change> changes =
        List.of(
            new Change.PutFreeze(FreezeOrder.NONE),
            new Change.PutApp(app),
            new Change.PutApp(app),
            new Change.PutAnswer(answer, 2),
            new Change.PutFreeze(FreezeOrder.NONE));

    List<Writes.Write> writes =
        new Writes(PATHS, new HashSet<>(), List.of())
            .of(new Batch(changes, ClusterState.empty().after(changes)));

    assertThat(writes)
        .extracting(Writes.Write::isGlued)
        .containsExactly(false, false, true, true, false);
  }

  @Test
  void fieldsOfALaterVersionSurviveWhatThisOneWrites() throws Exception {
    String appPath = PATHS.app(SHOP);
    String placementsPath = "/berth/placements/acme.shop.web.0";
    StoredApp app =
        StoredApp.newBuilder()
            .setTenant("acme")
            .setName("shop")
            .putFormation(
                "web", StoredFormation.newBuilder().setCount(1).setUnknownFields(later(1)).build())
            .setUnknownFields(later(2))
            .build();
    StoredPlacements placements =
        StoredPlacements.newBuilder()
            .setTenant("acme")
            .addPlacements(StoredPlacement.newBuilder().setId(6).setUnknownFields(later(3)))
            .addPlacements(StoredPlacement.newBuilder().setId(7).setUnknownFields(later(4)))
            .build();
    assertThat(UnknownFields.any(app)).isTrue();
    assertThat(UnknownFields.any(placements)).isTrue();
    Map<String, Message> foreign = new HashMap<>(Map.of(appPath, app, placementsPath, placements));
    var existing = new HashSet<>(foreign.keySet());
    List<Change> changes =
        List.of(
            new Change.PutApp(
                App.create(SHOP, "shop.localhost", "debian-12", NOW)
                    .withFormation("web", new Formation(9, "small"))
                    .withFormation("worker", new Formation(1, "small"))),
            new Change.PutPlacement(placement(7)),
            new Change.PutPlacement(placement(8)));

    List<Writes.Write> writes =
        new Writes(PATHS, existing, List.of(), foreign)
            .of(new Batch(changes, ClusterState.empty().after(changes)));

    StoredApp written = StoredApp.parseFrom(data(writes.get(0)));
    assertThat(written.getUnknownFields()).isEqualTo(later(2));
    assertThat(written.getFormationOrThrow("web").getCount()).isEqualTo(9);
    assertThat(written.getFormationOrThrow("web").getUnknownFields()).isEqualTo(later(1));
    assertThat(UnknownFields.any(written.getFormationOrThrow("worker"))).isFalse();
    StoredPlacements shard = StoredPlacements.parseFrom(data(writes.get(1)));
    assertThat(shard.getPlacementsList())
        .extracting(StoredPlacement::getId)
        .containsExactly(7L, 8L);
    assertThat(shard.getPlacements(0).getUnknownFields()).isEqualTo(later(4));
    assertThat(UnknownFields.any(shard.getPlacements(1))).isFalse();
  }

  private static byte[] data(Writes.Write write) {
    return ((SetDataRequest) write.operation().toRequestRecord()).getData();
  }

  private static UnknownFieldSet later(long value) {
    return UnknownFieldSet.newBuilder()
        .addField(LATER, UnknownFieldSet.Field.newBuilder().addVarint(value).build())
        .build();
  }

  private static Placement placement(long id) {
    return new Placement(
        new PlacementId(id),
        InstanceId.of(SHOP, "web", (int) id),
        new NodeId("node-1"),
        new Placement.Wanted(1, "debian-12", 1, "small", 0),
        Placement.Intent.RUN,
        NOW);
  }
}
