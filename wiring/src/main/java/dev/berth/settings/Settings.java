package dev.berth.settings;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one program while it reads them.
 *
 * <p>A value that is missing or wrong does not stop the reading: a stand-in is returned, and {@link
 * #done()} throws once with every mistake, unknown keys included. Nothing may be used before {@code
 * done()} has returned. Confined to the thread that reads.
 */
public final class Settings {
  private static final Pattern ADDRESS = Pattern.compile("[^\\s,]+:[0-9]{1,5}");
  private static final int MOST_ADDRESSES = 9;
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");

  private final String source;
  private final Map<String, String> values;
  private final Set<String> known = new HashSet<>();
  private final List<String> mistakes = new ArrayList<>();

  private Settings(String source, Map<String, String> values) {
    this.source = source;
    this.values = new TreeMap<>(values);
  }

  public static Settings read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException unreadable) {
      throw new SettingsException(
          file.toString(), List.of("the settings file cannot be read: " + unreadable));
    }
    Map<String, String> values = new TreeMap<>();
    properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
    return new Settings(file.toString(), values);
  }

  public static Settings of(Map<String, String> values) {
    return new Settings("settings", values);
  }

  public String string(String key) {
    return required(key, "", text -> text);
  }

  public String string(String key, String fallback) {
    return or(key, fallback, text -> text);
  }

  public Optional<String> optional(String key) {
    return Optional.ofNullable(value(key));
  }

  public int integer(String key, int fallback, int min, int max) {
    return or(key, fallback, text -> (int) number(key, text, min, max));
  }

  /** A whole number that may be absent, for what is otherwise measured on the host. */
  public Optional<Long> optionalNumber(String key, long min, long max) {
    return optional(key).map(text -> parsed(text, min, it -> number(key, it, min, max)));
  }

  /** One or several host:port, separated by commas. */
  public List<String> addresses(String key) {
    return required(key, List.of("127.0.0.1:1"), text -> addresses(key, text));
  }

  /** A TCP port; 0 means any free one. */
  public int port(String key) {
    return required(key, 0, text -> (int) number(key, text, 0, 65_535));
  }

  public int port(String key, int fallback) {
    return integer(key, fallback, 0, 65_535);
  }

  public Path path(String key) {
    return required(key, Path.of("."), Path::of);
  }

  public boolean flag(String key, boolean fallback) {
    return or(
        key,
        fallback,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new Mistake(key + " must be true or false, not \"" + text + "\"");
            });
  }

  /** For example "500ms", "30s", "5m". */
  public Duration duration(String key, Duration fallback) {
    return or(key, fallback, text -> parseDuration(key, text));
  }

  /** Ends the reading. */
  public void done() {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        mistakes.add(key + " is not a setting of this program");
      }
    }
    if (!mistakes.isEmpty()) {
      throw new SettingsException(source, mistakes);
    }
  }

  private <T> T required(String key, T standIn, Function<String, T> parse) {
    String text = value(key);
    if (text == null) {
      mistakes.add(key + " is missing");
      return standIn;
    }
    return parsed(text, standIn, parse);
  }

  private <T> T or(String key, T fallback, Function<String, T> parse) {
    String text = value(key);
    return text == null ? fallback : parsed(text, fallback, parse);
  }

  private <T> T parsed(String text, T standIn, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (Mistake mistake) {
      mistakes.add(mistake.text);
      return standIn;
    }
  }

  private @Nullable String value(String key) {
    known.add(key);
    String text = values.get(key);
    return text == null || text.isBlank() ? null : text.strip();
  }

  private static long number(String key, String text, long min, long max) {
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      throw new Mistake(key + " must be a whole number, not \"" + text + "\"");
    }
    throw new Mistake(key + " must be from " + min + " to " + max + ", not " + text);
  }

  private static List<String> addresses(String key, String text) {
    List<String> addresses = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    for (String address : addresses) {
      if (!ADDRESS.matcher(address).matches()) {
        throw new Mistake(
            key + " must be host:port, or several separated by commas, not \"" + text + "\"");
      }
    }
    if (addresses.size() > MOST_ADDRESSES) {
      throw new Mistake(key + " holds at most " + MOST_ADDRESSES + " addresses");
    }
    return addresses;
  }

  private static Duration parseDuration(String key, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new Mistake(key + " must be a duration such as 500ms, 30s or 5m, not \"" + text + "\"");
    }
    long count = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> Duration.ofDays(count);
    };
  }

  /** One value that is wrong; never leaves this class. */
  private static final class Mistake extends RuntimeException {
    final String text;

    Mistake(String text) {
      super(text);
      this.text = text;
    }
  }
}
