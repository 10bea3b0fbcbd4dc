package dev.berth.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.bench.cluster.Cluster;
import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.bench.load.Answer;
import dev.berth.bench.load.HttpConnection;
import dev.berth.proto.v1.Instance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A cluster with apps on it, and the few words that the tests speak about them. */
final class Stage<C extends Cluster> implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(30);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  final C cluster;
  final ClusterApi api;
  final Deadline deadline = new Deadline(System::nanoTime);

  Stage(C cluster) {
    this.cluster = cluster;
    this.api = cluster.api();
  }

  static Stage<ThrowawayCluster> withOneNode() {
    return new Stage<>(ThrowawayCluster.start(home(), 1));
  }

  /** The checkout, where ./berth is. */
  static Path home() {
    return Path.of(System.getProperty("berth.home", ".."));
  }

  static Path testApp(String name) {
    return home().resolve("e2e/src/test/apps").resolve(name);
  }

  static Path sample(String name) {
    return home().resolve("deploy/samples").resolve(name);
  }

  void createTenant(String tenant) {
    cluster.berth("tenants", "create", tenant);
  }

  /** On the default base line. */
  void createApp(String app) {
    cluster.berth("apps", "create", app);
  }

  void createAppOnBusybox(String app) {
    cluster.berth("apps", "create", app, "--base", "busybox");
  }

  /** Returns when every instance of the new release is healthy. */
  void deploy(String app, Path directory) {
    cluster.berth("deploy", directory.toString(), "-a", app);
  }

  String hostname(String app) {
    String[] parts = app.split("/", 2);
    return parts[1] + "." + parts[0] + ".localhost";
  }

  Answer get(String app, String path) {
    try {
      return HttpConnection.get(cluster.httpPort(), hostname(app), path, Duration.ofSeconds(15));
    } catch (IOException failure) {
      throw new UncheckedIOException("GET " + path + " of " + app, failure);
    }
  }

  /** The answer, unless the router can't be reached. */
  Optional<Answer> tryGet(String app, String path) {
    try {
      return Optional.of(
          HttpConnection.get(cluster.httpPort(), hostname(app), path, Duration.ofSeconds(15)));
    } catch (IOException failure) {
      return Optional.empty();
    }
  }

  JsonNode getJson(String app, String path) {
    Answer answer = get(app, path);
    try {
      return MAPPER.readTree(answer.text());
    } catch (JsonProcessingException notJson) {
      throw new UncheckedIOException(
          app + path + " answered " + answer.status() + " " + answer.text(), notJson);
    }
  }

  /** Scales and waits; how long it took until that many were healthy and no other was left. */
  Duration scale(String app, String processType, int count) {
    long start = System.nanoTime();
    api.scale(app, processType, count);
    awaitRunning(app, processType, count);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  void awaitRunning(String app, String processType, int count) {
    deadline.until(
        count + " healthy instances of " + app + "/" + processType,
        SOON,
        () -> {
          List<Instance> all = instances(app, processType);
          return all.size() == count
              && all.stream().allMatch(it -> it.getPhase() == Instance.Phase.RUNNING);
        });
  }

  List<Instance> instances(String app, String processType) {
    return api.instances(app).getInstancesList().stream()
        .filter(it -> it.getProcessType().equals(processType))
        .toList();
  }

  @Override
  public void close() {
    api.close();
    cluster.close();
  }
}
