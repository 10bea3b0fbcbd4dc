package dev.berth.scheduler.edges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.identity.CertificateAuthority;
import dev.berth.identity.Identity;
import dev.berth.proto.v1.AdminServiceGrpc;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.BackupRequest;
import dev.berth.proto.v1.Brake;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ClusterStatus;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.RestoreOrder;
import dev.berth.proto.v1.RestoreRequest;
import dev.berth.proto.v1.RestoreResponse;
import dev.berth.proto.v1.StateEntry;
import dev.berth.proto.v1.StateHead;
import dev.berth.proto.v1.StatePart;
import dev.berth.scheduler.Scheduler;
import dev.berth.scheduler.SchedulerSettings;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.slug.SlugLimits;
import dev.berth.scheduler.state.ClusterSettings;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A scheduler loses all that ZooKeeper had, and gets it back. */
@Timeout(120)
class RestoreTest {
  @TempDir Path directory;
  private Scheduler scheduler;
  private ManagedChannel channel;

  /** What can be wrong with a state that comes in. */
  enum Damage {
    NO_TAIL(parts -> parts.subList(0, parts.size() - 1)),
    NO_HEAD(parts -> parts.subList(1, parts.size())),
    AN_ENTRY_MISSING(parts -> entries(parts, some -> some.subList(1, some.size()))),
    AN_ENTRY_TWICE(
        parts -> entries(parts, some -> Stream.concat(some.stream(), some.stream()).toList())),
    AN_ENTRY_CHANGED(parts ->
        entries(
            parts,
            some ->
                some.stream()
                    .map(it -> it.toBuilder().setPath("x" + it.getPath()).build())
                    .toList())),
    ANOTHER_CLUSTER(parts -> head(parts, head -> head.toBuilder().setClusterId("zzzzzz").build())),
    A_LATER_FORM(parts -> head(parts, head -> head.toBuilder().setFormat("2.0").build())),
    NO_FORM(parts -> head(parts, head -> head.toBuilder().setFormat("").build()));

    @SuppressWarnings("ImmutableEnumChecker") // it has no state
    final UnaryOperator<List<StatePart>> done;

    Damage(UnaryOperator<List<StatePart>> done) {
      this.done = done;
    }

    private static List<StatePart> entries(
        List<StatePart> parts, UnaryOperator<List<StateEntry>> change) {
      return parts.stream()
          .map(part -> {
            var builder = part.toBuilder();
            if (part.hasEntries()) {
              List<StateEntry> changed = change.apply(part.getEntries().getEntriesList());
              builder.getEntriesBuilder().clearEntries().addAllEntries(changed);
            }
            return builder.build();
          })
          .toList();
    }

    private static List<StatePart> head(List<StatePart> parts, UnaryOperator<StateHead> change) {
      return parts.stream()
          .map(part ->
              part.hasHead()
                  ? part.toBuilder().setHead(change.apply(part.getHead())).build()
                  : part)
          .toList();
    }
  }

  @BeforeEach
  void aClusterWithOneApp() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));
    authority.issue("scheduler", directory.resolve("scheduler"));
    authority.issue("operator", directory.resolve("operator"));
    start();
    client().createTenant("acme");
    client().createApp("acme", "shop");
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    scheduler.close();
  }

  @Test
  void allThatWasLostComesBackInAMuchLaterEpoch() throws Exception {
    App before = app();
    List<StatePart> backup = backup();
    long epoch = status().getEpoch();
    loseTheState();
    assertThat(status().getApps()).isZero();

    RestoreResponse made = restore(backup, "");

    Edges.await("the restored state", () -> apps() == 1);
    App after = app();
    assertThat(after.getDomainsList()).isEqualTo(before.getDomainsList());
    assertThat(after.getVersion()).isGreaterThan(before.getVersion() + 999_999);
    assertThat(made.getEpoch()).isGreaterThanOrEqualTo(epoch + 1_000_000);
    assertThat(status().getEpoch()).isGreaterThan(made.getEpoch());
    assertThat(status().getBrake().getLevel()).isEqualTo(Brake.Level.HELD);
    client().createApp("acme", "other");
    assertThat(apps()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void ofADamagedStateNothingIsTaken(Damage damage) throws Exception {
    List<StatePart> backup = damage.done.apply(backup());
    loseTheState();
    long epoch = status().getEpoch();

    assertThatThrownBy(() -> restore(backup, "")).hasMessageContaining("INVALID_ARGUMENT");

    assertThat(status().getApps()).isZero();
    assertThat(status().getEpoch()).isEqualTo(epoch);
  }

  @Test
  void aStateThatIsThereIsReplacedOnlyByWhoHasABackupOfJustThat() throws Exception {
    List<StatePart> backup = backup();
    String sum = backup.getLast().getTail().getStateSha256();

    assertThatThrownBy(() -> restore(backup, "")).hasMessageContaining("FAILED_PRECONDITION");
    client().createApp("acme", "second");
    assertThatThrownBy(() -> restore(backup, sum)).hasMessageContaining("FAILED_PRECONDITION");
    assertThat(apps()).isEqualTo(2);

    restore(backup, backup().getLast().getTail().getStateSha256());

    Edges.await("the older state", () -> apps() == 1);
  }

  private void loseTheState() throws Exception {
    channel.shutdownNow();
    scheduler.close();
    Path data = directory.resolve("zookeeper/data");
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    start();
  }

  private List<StatePart> backup() {
    var parts = new ArrayList<StatePart>();
    AdminServiceGrpc.newBlockingStub(channel)
        .backup(BackupRequest.getDefaultInstance())
        .forEachRemaining(parts::add);
    return parts;
  }

  private RestoreResponse restore(List<StatePart> parts, String replaced) throws Exception {
    BlockingClientCall<RestoreRequest, RestoreResponse> call =
        AdminServiceGrpc.newBlockingV2Stub(channel).restore();
    var order = RestoreOrder.newBuilder().setReplacedSha256(replaced);
    call.write(RestoreRequest.newBuilder().setOrder(order).build());
    for (StatePart part : parts) {
      try {
        call.write(RestoreRequest.newBuilder().setState(part).build());
      } catch (StatusException over) {
        break; // the answer says why
      }
    }
    call.halfClose();
    return call.read();
  }

  private App app() {
    return client().apps().getApp(Client.name("acme", "shop"));
  }

  private Client client() {
    return new Client(channel);
  }

  private ClusterStatus status() {
    return ClusterServiceGrpc.newBlockingStub(channel)
        .getStatus(GetStatusRequest.getDefaultInstance());
  }

  /** -1 while nobody leads. */
  private int apps() {
    try {
      return status().getApps();
    } catch (StatusRuntimeException between) {
      return -1;
    }
  }

  private void start() throws Exception {
    scheduler =
        new Scheduler(
            new SchedulerSettings(
                "0a1b2c",
                new ClusterSettings("localhost", "debian-12"),
                Timers.DEFAULT,
                new SchedulerSettings.ListenSettings("127.0.0.1", 0, 0, Optional.empty()),
                directory.resolve("scheduler"),
                new SchedulerSettings.ZooKeeperSettings(
                    directory.resolve("zookeeper"), Optional.empty(), Duration.ofSeconds(10)),
                directory.resolve("blobs"),
                SlugLimits.DEFAULT,
                Duration.ofHours(24),
                List.of(),
                directory.resolve("scheduler.json")),
            new Scheduler.Outside(InstantSource.system(), new SecureRandom()));
    channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1",
                scheduler.apiPort(),
                Identity.load(directory.resolve("operator")).channelCredentials())
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .build();
    Edges.await("leadership", () -> apps() >= 0);
  }
}
