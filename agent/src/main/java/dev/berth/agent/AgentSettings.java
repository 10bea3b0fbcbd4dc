package dev.berth.agent;

import dev.berth.agent.runtime.Capacity;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an agent is configured with.
 *
 * @param schedulers one or several host:port
 * @param identity directory of its key and certificate
 * @param labels what placement may ask of this node, such as its zone and rack
 * @param startsAtATime containers that are made at the same time
 * @param pollInterval between two looks at the kernel's counters of an instance
 * @param rehashInterval between two slow looks whether mounted images are what they were
 * @param keepImages how long an image stays that nobody needs
 * @param verifyInterval between two short runs of the checks of the node's defences
 * @param beatMicros between two choices that the kernel is made to take of who runs; 0 for none
 */
public record AgentSettings(
    String nodeName,
    List<String> schedulers,
    Path identity,
    HostSettings host,
    CapacityLimit capacity,
    Map<String, String> labels,
    int adminPort,
    Path runFile,
    int startsAtATime,
    Duration pollInterval,
    Duration verifyInterval,
    Duration rehashInterval,
    Duration keepImages,
    int beatMicros) {
  private static final Pattern KEY = Pattern.compile("[a-z0-9._/-]{1,63}");
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._-]{0,63}");
  private static final int SHORTEST_BEAT_MICROS = 100;
  private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(10);

  public AgentSettings {
    atLeastShortest("verify.interval", verifyInterval);
    atLeastShortest("images.rehash.interval", rehashInterval);
    atLeastShortest("images.keep", keepImages);
    if (beatMicros > 0 && beatMicros < SHORTEST_BEAT_MICROS) {
      throw new IllegalArgumentException(
          "metronome.micros must be 0 for none, or at least %d, not %d"
              .formatted(SHORTEST_BEAT_MICROS, beatMicros));
    }
  }

  private static void atLeastShortest(String key, Duration interval) {
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      throw new IllegalArgumentException(
          "%s must be at least %d s, not %d ms"
              .formatted(key, SHORTEST_INTERVAL.toSeconds(), interval.toMillis()));
    }
  }

  /** What the operator allows instances; what is absent is measured. */
  public record CapacityLimit(
      Optional<Long> memoryMib,
      Optional<Long> cpuMillis,
      Optional<Long> pids,
      Optional<Long> diskMib) {

    Optional<Capacity> whole() {
      return memoryMib.isPresent()
              && cpuMillis.isPresent()
              && pids.isPresent()
              && diskMib.isPresent()
          ? Optional.of(new Capacity(memoryMib.get(), cpuMillis.get(), pids.get(), diskMib.get()))
          : Optional.empty();
    }

    Capacity over(Capacity measured) {
      return new Capacity(
          memoryMib.orElse(measured.memoryMib()),
          cpuMillis.orElse(measured.cpuMillis()),
          pids.orElse(measured.pids()),
          diskMib.orElse(measured.diskMib()));
    }
  }

  /** What stands between commas. */
  private static List<String> networks(String text) {
    return Stream.of(text.split(",", -1)).map(String::strip).filter(it -> !it.isEmpty()).toList();
  }

  public static AgentSettings read(Settings settings) {
    long most = 1L << 40;
    var capacity =
        new CapacityLimit(
            settings.optionalNumber("capacity.memory-mib", 1, most),
            settings.optionalNumber("capacity.cpu-millis", 1, most),
            settings.optionalNumber("capacity.pids", 1, most),
            settings.optionalNumber("capacity.disk-mib", 1, most));
    Map<String, String> labels = labels(settings.string("node.labels", ""));
    String clusterId = settings.string("cluster.id");
    String nodeName = settings.string("node.name");
    int nodeNumber = settings.integer("node.number", 1, 1, 999);
    List<String> schedulers = settings.addresses("scheduler.address");
    Path identity = settings.path("identity.directory");
    Path state = settings.path("state.directory");
    String subnet = settings.string("network.subnet");
    List<String> forbidden = networks(settings.string("network.forbidden", ""));
    List<String> routers = networks(settings.string("network.routers", ""));
    int adminPort = settings.port("admin.port", 0);
    Path runFile = settings.path("run.file");
    int startsAtATime = settings.integer("starts.at-a-time", 4, 1, 64);
    Duration poll = settings.duration("counters.interval", Duration.ofSeconds(2));
    Duration rehash = settings.duration("images.rehash.interval", Duration.ofHours(6));
    Duration keepImages = settings.duration("images.keep", Duration.ofHours(1));
    Duration verify = settings.duration("verify.interval", Duration.ofHours(1));
    int beatMicros = settings.integer("metronome.micros", 400, 0, 100_000);
    settings.done();
    return new AgentSettings(
        nodeName,
        schedulers,
        identity,
        new HostSettings(clusterId, nodeNumber, state, subnet, capacity.whole())
            .forbidding(forbidden)
            .calledFrom(routers),
        capacity,
        labels,
        adminPort,
        runFile,
        startsAtATime,
        poll,
        verify,
        rehash,
        keepImages,
        beatMicros);
  }

  /** zone=a,rack=r1 */
  private static Map<String, String> labels(String written) {
    Map<String, String> labels = new TreeMap<>();
    for (String label : written.split(",", -1)) {
      if (!label.isBlank()) {
        int at = label.indexOf('=');
        String key = at < 0 ? label : label.substring(0, at).strip();
        String value = at < 0 ? "" : label.substring(at + 1).strip();
        if (at < 0 || !KEY.matcher(key).matches() || !VALUE.matcher(value).matches()) {
          throw new IllegalArgumentException(
              "node.labels must be key=value,key=value of a-z, 0-9, '-', '_', '.', not " + label);
        }
        labels.put(key, value);
      }
    }
    return labels;
  }
}
