package dev.berth.scheduler.slug;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.ProcessType;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the optional {@code berth.json}: health checks and grace periods by process type.
 *
 * <pre>{"health": {"web": {"http": "/healthz", "interval": "5s"}, "worker": "none"},
 * "grace": {"web": "10s"}}</pre>
 *
 * <p>Pure; unknown keys and types are mistakes, each with its place. {@code defaults} when a type
 * is not mentioned.
 */
final class AppSettings {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,7})(ms|s|m)");
  private static final int MAX_MILLIS = 10 * 60 * 1000;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).build());
  }

  private final Set<String> types;
  private final Mistakes mistakes;
  private final Map<String, HealthCheck> health = new TreeMap<>();
  private final Map<String, Integer> graceMillis = new TreeMap<>();

  private AppSettings(Set<String> types, Mistakes mistakes) {
    this.types = types;
    this.mistakes = mistakes;
  }

  /** The settings for these process types; what is wrong goes to {@code mistakes}. */
  static AppSettings read(byte[] content, Set<String> types, Mistakes mistakes) {
    AppSettings settings = new AppSettings(types, mistakes);
    try {
      settings.readRoot(JSON.readTree(content));
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      mistakes.add("berth.json line " + line, e.getOriginalMessage());
    } catch (IOException e) {
      mistakes.add("berth.json", "cannot be read: " + e.getMessage());
    }
    return settings;
  }

  static AppSettings none() {
    return new AppSettings(Set.of(), new Mistakes());
  }

  ProcessType apply(String type, String command) {
    return new ProcessType(
        type,
        command,
        health.getOrDefault(type, HealthCheck.STANDARD),
        graceMillis.getOrDefault(type, ProcessType.DEFAULT_GRACE_MILLIS));
  }

  private void readRoot(JsonNode root) {
    if (!root.isObject()) {
      mistakes.add("berth.json", "must be an object, like {\"grace\": {\"web\": \"10s\"}}");
      return;
    }
    for (Map.Entry<String, JsonNode> part : root.properties()) {
      String place = "berth.json " + part.getKey();
      switch (part.getKey()) {
        case "health" ->
            forTypes(place, part.getValue(), (at, type, node) -> readHealth(at, type, node));
        case "grace" ->
            forTypes(
                place,
                part.getValue(),
                (at, type, node) -> graceMillis.put(type, millis(at, node, 0)));
        default -> mistakes.add(place, "is unknown; known are health and grace");
      }
    }
  }

  /** What to do with the value of one process type. */
  private interface Reader {
    void read(String place, String type, JsonNode node);
  }

  private void forTypes(String place, JsonNode node, Reader reader) {
    if (!node.isObject()) {
      mistakes.add(place, "must be an object from process type to setting");
      return;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String at = place + "." + entry.getKey();
      if (types.contains(entry.getKey())) {
        reader.read(at, entry.getKey(), entry.getValue());
      } else {
        mistakes.add(at, "the Procfile has no such process type");
      }
    }
  }

  private void readHealth(String place, String type, JsonNode node) {
    if (node.isTextual()) {
      switch (node.textValue()) {
        case "none" -> health.put(type, ofKind(HealthCheck.Kind.NONE));
        case "tcp" -> health.put(type, ofKind(HealthCheck.Kind.TCP));
        default -> mistakes.add(place, "must be \"none\", \"tcp\" or an object");
      }
    } else if (node.isObject()) {
      health.put(type, check(place, node));
    } else {
      mistakes.add(place, "must be \"none\", \"tcp\" or an object");
    }
  }

  private HealthCheck check(String place, JsonNode node) {
    HealthCheck check = ofKind(HealthCheck.Kind.DEFAULT);
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String at = place + "." + entry.getKey();
      JsonNode value = entry.getValue();
      check =
          switch (entry.getKey()) {
            case "http" -> withPath(check, httpPath(at, value));
            case "interval" -> withInterval(check, millis(at, value, 100));
            case "timeout" -> withTimeout(check, millis(at, value, 10));
            case "start" -> withStartDeadline(check, millis(at, value, 1000));
            case "failures" -> withFailures(check, failures(at, value));
            default -> {
              mistakes.add(at, "is unknown; known are http, interval, timeout, start and failures");
              yield check;
            }
          };
    }
    return check;
  }

  private String httpPath(String place, JsonNode node) {
    String path = node.isTextual() ? node.textValue() : "";
    boolean isLegal =
        path.startsWith("/")
            && path.length() <= 1024
            && path.chars().allMatch(c -> c > ' ' && c < 127);
    if (!isLegal) {
      mistakes.add(
          place, "must be a path that begins with '/', at most 1024 printable ASCII characters");
    }
    return path;
  }

  private int failures(String place, JsonNode node) {
    if (!node.isInt() || node.intValue() < 1 || node.intValue() > 100) {
      mistakes.add(place, "must be a number from 1 to 100, not " + node);
      return HealthCheck.STANDARD.failures();
    }
    return node.intValue();
  }

  private int millis(String place, JsonNode node, int least) {
    Matcher written = DURATION.matcher(node.isTextual() ? node.textValue() : "");
    if (!written.matches()) {
      mistakes.add(place, "must be a duration like \"10s\", \"500ms\" or \"2m\", not " + node);
      return least;
    }
    long unit =
        switch (written.group(2)) {
          case "ms" -> 1;
          case "s" -> 1000;
          default -> 60_000;
        };
    long millis = Long.parseLong(written.group(1)) * unit;
    if (millis < least || millis > MAX_MILLIS) {
      mistakes.add(place, "must be between " + least + "ms and 10m, not " + node);
      return least;
    }
    return (int) millis;
  }

  private static HealthCheck ofKind(HealthCheck.Kind kind) {
    HealthCheck of = HealthCheck.STANDARD;
    return new HealthCheck(
        kind,
        of.path(),
        of.intervalMillis(),
        of.timeoutMillis(),
        of.startDeadlineMillis(),
        of.failures());
  }

  private static HealthCheck withPath(HealthCheck of, String path) {
    return new HealthCheck(
        HealthCheck.Kind.HTTP,
        path,
        of.intervalMillis(),
        of.timeoutMillis(),
        of.startDeadlineMillis(),
        of.failures());
  }

  private static HealthCheck withInterval(HealthCheck of, int millis) {
    return new HealthCheck(
        of.kind(), of.path(), millis, of.timeoutMillis(), of.startDeadlineMillis(), of.failures());
  }

  private static HealthCheck withTimeout(HealthCheck of, int millis) {
    return new HealthCheck(
        of.kind(), of.path(), of.intervalMillis(), millis, of.startDeadlineMillis(), of.failures());
  }

  private static HealthCheck withStartDeadline(HealthCheck of, int millis) {
    return new HealthCheck(
        of.kind(), of.path(), of.intervalMillis(), of.timeoutMillis(), millis, of.failures());
  }

  private static HealthCheck withFailures(HealthCheck of, int failures) {
    return new HealthCheck(
        of.kind(),
        of.path(),
        of.intervalMillis(),
        of.timeoutMillis(),
        of.startDeadlineMillis(),
        failures);
  }
}
