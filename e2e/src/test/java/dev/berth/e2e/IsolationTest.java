package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.bench.cluster.BaseImages;
import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.proto.v1.Exit;
import dev.berth.proto.v1.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cluster")
@Tag("root")
class IsolationTest {
  private static final String INMATE = "acme/inmate";
  private static final String NEIGHBOUR = "globex/neighbour";

  private static Stage<ThrowawayCluster> stage;

  @BeforeAll
  static void twoTenantsRunTheProbe() throws Exception {
    stage = Stage.withOneNode();
    stage.cluster.publishBase("debian-12");
    stage.createTenant("acme");
    stage.createTenant("globex");
    Path slug = probeWithSetUidProgram();
    for (String app : List.of(INMATE, NEIGHBOUR)) {
      stage.createApp(app);
      stage.deploy(app, slug);
      stage.api.scale(app, "web", 1, "nano");
      stage.awaitRunning(app, "web", 1);
    }
  }

  @AfterAll
  static void takeDown() {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  void anyTwoInstancesHaveDifferentUnprivilegedIds() {
    stage.scale(INMATE, "web", 3);

    List<Long> firstIds = new ArrayList<>();
    for (String app : List.of(INMATE, NEIGHBOUR)) {
      for (Instance instance : stage.instances(app, "web")) {
        firstIds.add(firstHostId(app, "web." + instance.getIndex()));
      }
    }

    assertThat(firstIds).hasSize(4).doesNotHaveDuplicates();
    assertThat(firstIds).allSatisfy(id -> assertThat(id).isGreaterThanOrEqualTo(65_536));
    stage.scale(INMATE, "web", 1);
  }

  @Test
  void theUidMapSeenFromInsideStartsAtAnUnprivilegedId() {
    JsonNode map = self().get("uidMap");

    assertThat(map.get(0).asLong()).isZero();
    assertThat(map.get(1).asLong()).isGreaterThanOrEqualTo(65_536);
    assertThat(map.get(2).asLong()).isEqualTo(65_536);
    assertThat(map).hasSize(3);
  }

  @Test
  void everyMountIsNosuid() {
    List<String> mounts = new ArrayList<>();
    self().get("mounts").forEach(line -> mounts.add(line.asText()));

    assertThat(mounts).isNotEmpty();
    assertThat(mounts).allSatisfy(line -> assertThat(line.split(" ", -1)[5]).contains("nosuid"));
  }

  @Test
  void anInstanceHasNoCapabilitiesNoNewPrivilegesAndASystemCallFilter() {
    JsonNode self = self();

    assertThat(self.get("capabilities").asText()).matches("0+");
    assertThat(self.get("bounding").asText()).matches("0+");
    assertThat(self.get("noNewPrivileges").asText()).isEqualTo("1");
    assertThat(self.get("seccomp").asText()).isEqualTo("2");
  }

  @Test
  void aSetUidRootProgramInTheSlugDoesNotGainRoot() {
    JsonNode run = stage.getJson(INMATE, "/suid");

    assertThat(run.get("after").asText()).isEqualTo(run.get("before").asText());
    assertThat(run.get("mode").asText()).isEqualTo("0o755");
  }

  @Test
  void writingToTheBaseFails() {
    for (String path : List.of("/usr/bin/python3", "/usr/bin/new", "/etc/passwd", "/lib/new")) {
      assertThat(stage.getJson(INMATE, "/write?path=" + path).get("written").asBoolean())
          .as(path)
          .isFalse();
    }
    assertThat(stage.getJson(INMATE, "/write?path=/tmp/own").get("written").asBoolean()).isTrue();
  }

  @Test
  void aMemoryHogIsKilledAloneAndReportedAsOutOfMemory() {
    stage.scale(INMATE, "web", 1);
    Instance hog = stage.instances(INMATE, "web").getFirst();
    List<Long> neighbours = stage.cluster.processes().ofApp(NEIGHBOUR);

    stage.getJson(INMATE, "/hog");

    Exit exit =
        stage.deadline.find(
            "the hog's exit", Stage.SOON, () -> lastExit(INMATE, hog.getIncarnation() + 1));
    assertThat(exit.getCause()).isEqualTo(Exit.Cause.OUT_OF_MEMORY);
    awaitEvent(INMATE, "instance.oom-killed");
    assertThat(stage.cluster.processes().ofApp(NEIGHBOUR)).isNotEmpty().isEqualTo(neighbours);
    stage.awaitRunning(INMATE, "web", 1);
  }

  @Test
  void aForkBombStaysInsideAndIsReportedAsWhatItIs() {
    stage.scale(INMATE, "web", 1);
    List<Long> neighbours = stage.cluster.processes().ofApp(NEIGHBOUR);

    stage.getJson(INMATE, "/bomb");

    awaitEvent(INMATE, "instance.pids-limit");
    assertThat(processesOf(INMATE)).isLessThanOrEqualTo(64);
    assertThat(stage.get(NEIGHBOUR, "/self").status()).isEqualTo(200);
    assertThat(stage.cluster.processes().ofApp(NEIGHBOUR)).isNotEmpty().isEqualTo(neighbours);
    stage.cluster.berth("restart", "-a", INMATE);
    stage.awaitRunning(INMATE, "web", 1);
  }

  @Test
  void theCpuCeilingBites() {
    JsonNode burn = stage.getJson(NEIGHBOUR, "/burn");

    // nano: a quarter of a cpu
    double share = burn.get("cpu").asDouble() / burn.get("wall").asDouble();
    assertThat(share).isBetween(0.05, 0.33);
  }

  private static JsonNode self() {
    return stage.getJson(NEIGHBOUR, "/self");
  }

  private static long firstHostId(String app, String instance) {
    long pid = stage.cluster.processes().first(app, instance).orElseThrow();
    String[] words = InstanceProcesses.read(pid, "uid_map").strip().split("\\s+", -1);
    return Long.parseLong(words[1]);
  }

  private static long processesOf(String app) {
    InstanceProcesses ours = stage.cluster.processes();
    return InstanceProcesses.all().filter(pid -> ours.isOfApp(pid, app)).count();
  }

  private static Optional<Exit> lastExit(String app, int incarnation) {
    return stage.instances(app, "web").stream()
        .filter(it -> it.hasLastExit())
        .filter(it -> it.getIncarnation() >= incarnation || it.getPhase() == Instance.Phase.BACKOFF)
        .map(Instance::getLastExit)
        .findFirst();
  }

  private static void awaitEvent(String app, String kind) {
    stage.deadline.until(
        "event " + kind + " of " + app,
        Duration.ofSeconds(15),
        () -> stage.api.events(app).stream().anyMatch(event -> event.getKind().equals(kind)));
  }

  /** The set-uid program is the base's own `id`, so that it runs wherever the base does. */
  private static Path probeWithSetUidProgram() throws IOException, InterruptedException {
    Path slug = Files.createDirectory(stage.cluster.scratch().resolve("probe"));
    for (String file : List.of("Procfile", "probe.py")) {
      Files.copy(Stage.testApp("probe").resolve(file), slug.resolve(file));
    }
    Path program = slug.resolve("suid-id");
    Process unsquash =
        new ProcessBuilder(
                "unsquashfs",
                "-cat",
                BaseImages.image(Stage.home(), "debian-12").toString(),
                "usr/bin/id")
            .redirectOutput(program.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(unsquash.waitFor()).isZero();
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(new ProcessBuilder("chmod", "4755", program.toString()).start().waitFor()).isZero();
    return slug;
  }
}
