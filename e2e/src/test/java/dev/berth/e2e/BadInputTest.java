package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.bench.cluster.BerthCommand.Outcome;
import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.proto.v1.ChangeConfigRequest;
import dev.berth.proto.v1.ListAppsRequest;
import dev.berth.proto.v1.ListTenantsRequest;
import dev.berth.proto.v1.Refusal;
import dev.berth.proto.v1.UploadSlugRequest;
import dev.berth.proto.v1.UploadSlugResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("cluster")
@Tag("root")
class BadInputTest {
  private static final String SHOP = "acme/shop";
  private static final String FRESH = "acme/fresh";
  private static final Metadata.Key<Refusal> REFUSAL =
      Metadata.Key.of(
          "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance()));

  private static Stage<ThrowawayCluster> stage;

  @TempDir Path directory;
  private List<Object> before = List.of();

  @BeforeAll
  static void oneAppThatWorks() {
    stage = Stage.withOneNode();
    stage.cluster.publishBase("debian-12");
    stage.createTenant("acme");
    stage.createApp(SHOP);
    stage.createApp(FRESH);
    stage.deploy(SHOP, Stage.testApp("probe"));
    stage.scale(SHOP, "web", 1);
  }

  @AfterAll
  static void takeDown() {
    if (stage != null) {
      stage.close();
    }
  }

  @BeforeEach
  void rememberAll() {
    before = all();
  }

  @ParameterizedTest(name = "scale {1} of {0} is refused with {2}")
  @CsvSource({
    "acme/nothing, web=1, APP_NOT_FOUND",
    "nobody/shop, web=1, APP_NOT_FOUND",
    "acme/shop, web=-1, INVALID_COUNT",
    "acme/shop, web=1000000, QUOTA_EXCEEDED",
    "acme/shop, web=1:giant, NO_NODE_FITS",
    "acme/shop, web=1:enormous, SIZE_NOT_FOUND",
    "acme/shop, cron=1, PROCESS_TYPE_NOT_FOUND",
  })
  void aScaleThatCannotBeIsRefused(String app, String change, String code) {
    refused(code, "scale", change, "-a", app);
    nothingIsChanged();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Acme", "ac_me", "9lives", "acme-", "../acme", "a b", "äcme"})
  void aTenantWithIllegalCharactersIsRefused(String name) {
    refused("INVALID_NAME", "tenants", "create", name);
    nothingIsChanged();
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme/Shop", "acme/sh.op", "acme/-shop", "acme/$(id)"})
  void anAppWithIllegalCharactersIsRefused(String name) {
    refused("INVALID_NAME", "apps", "create", name);
    nothingIsChanged();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1A=x", "A-B=x", "A B=x", "PORT=1", "BERTH_X=1", "Ä=x"})
  void aConfigVarThatIsNotALegalNameIsRefused(String assignment) {
    refused("INVALID_CONFIG", "config", "set", assignment, "-a", SHOP);
    nothingIsChanged();
  }

  @Test
  void aProcfileWithoutWebIsRefusedWhenADomainNeedsIt() {
    refused("WEB_MISSING", "deploy", Stage.testApp("worker-only").toString(), "-a", SHOP);
    nothingIsChanged();
  }

  @Test
  void aDirectoryThatIsTooLargeIsRefused() throws IOException {
    Files.writeString(directory.resolve("Procfile"), "web: sleep 1\n");
    try (var file = new RandomAccessFile(directory.resolve("huge").toFile(), "rw")) {
      file.setLength(1L << 40);
    }

    Outcome outcome = stage.cluster.tryBerth("deploy", directory.toString(), "-a", SHOP, "--json");

    assertThat(outcome.exit()).isNotZero();
    assertThat(outcome.err() + outcome.out()).containsIgnoringCase("large");
    nothingIsChanged();
  }

  @Test
  void aSlugWhoseHashDoesNotMatchIsRefused() throws Exception {
    CompletableFuture<Throwable> answer = new CompletableFuture<>();
    byte[] tar = new byte[1024];
    StreamObserver<UploadSlugRequest> upload =
        stage.api.releasesAsync().uploadSlug(expectingRefusal(answer));

    upload.onNext(
        UploadSlugRequest.newBuilder()
            .setHeader(
                UploadSlugRequest.Header.newBuilder()
                    .setName(ClusterApi.name(SHOP))
                    .setTarDigest("0".repeat(64))
                    .setTarBytes(tar.length))
            .build());
    upload.onNext(UploadSlugRequest.newBuilder().setChunk(ByteString.copyFrom(tar)).build());
    upload.onCompleted();

    Throwable failure = answer.get(30, TimeUnit.SECONDS);
    Refusal refusal =
        Objects.requireNonNull(
            Objects.requireNonNull(Status.trailersFromThrowable(failure)).get(REFUSAL));
    assertThat(refusal.getReason()).contains("0".repeat(64));
    assertThat(refusal.getRemedy()).isNotEmpty();
    nothingIsChanged();
  }

  @Test
  void hostileConfigValuesArriveUnchanged() {
    String bash = "() { :;}; echo x";
    String lines = "one\ntwo\r\n\tthree\n\n";
    String quotes = "'\"`$(id)\\ \u00e9\u2603 %s {}";
    String large = "x".repeat(30 * 1024);

    stage
        .api
        .apps()
        .changeConfig(
            ChangeConfigRequest.newBuilder()
                .setName(ClusterApi.name(SHOP))
                .putSet("BASH", bash)
                .putSet("LINES_", lines)
                .putSet("QUOTES", quotes)
                .putSet("LARGE", large)
                .build());
    stage.deadline.until(
        "the new release",
        Stage.SOON,
        () -> bash.equals(valueInside("BASH")) && stage.api.instances(SHOP).getSettled());

    assertThat(valueInside("LINES_")).isEqualTo(lines);
    assertThat(valueInside("QUOTES")).isEqualTo(quotes);
    assertThat(valueInside("LARGE")).isEqualTo(large);
  }

  @Test
  void aHostileConfigValueGoesThroughTheCommandUnchanged() {
    String hostile = "() { :;}; echo x\n'\"`id`";

    stage.cluster.berth("config", "set", "HOSTILE=" + hostile, "-a", FRESH);

    assertThat(stage.api.apps().getConfig(ClusterApi.name(FRESH)).getValuesMap())
        .containsEntry("HOSTILE", hostile);
    stage.cluster.berth("config", "unset", "HOSTILE", "-a", FRESH);
  }

  private static String valueInside(String name) {
    return stage.getJson(SHOP, "/env?name=" + name).path("value").asText();
  }

  private static void refused(String code, String... arguments) {
    String[] withJson = new String[arguments.length + 1];
    System.arraycopy(arguments, 0, withJson, 0, arguments.length);
    withJson[arguments.length] = "--json";

    Outcome outcome = stage.cluster.tryBerth(withJson);

    assertThat(outcome.exit()).as(outcome.toString()).isNotZero();
    assertThat(outcome.out() + outcome.err()).as("%s", (Object) outcome).contains(code);
  }

  private void nothingIsChanged() {
    assertThat(all()).isEqualTo(before);
  }

  private static List<Object> all() {
    return List.of(
        stage.api.tenants().listTenants(ListTenantsRequest.getDefaultInstance()),
        stage.api.apps().listApps(ListAppsRequest.getDefaultInstance()),
        stage.api.releases().listReleases(ClusterApi.name(SHOP)),
        stage.api.apps().getConfig(ClusterApi.name(SHOP)),
        stage.api.instances(SHOP).getInstancesList());
  }

  private static StreamObserver<UploadSlugResponse> expectingRefusal(
      CompletableFuture<Throwable> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(UploadSlugResponse response) {
        answer.completeExceptionally(new AssertionError("accepted: " + response));
      }

      @Override
      public void onError(Throwable failure) {
        answer.complete(failure);
      }

      @Override
      public void onCompleted() {
        answer.completeExceptionally(new AssertionError("accepted"));
      }
    };
  }
}
