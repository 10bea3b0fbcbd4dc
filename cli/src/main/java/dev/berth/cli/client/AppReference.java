package dev.berth.cli.client;

import dev.berth.cli.CommandFailure;
import dev.berth.proto.v1.AppName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which app a command is about: the option, else BERTH_APP, else the nearest .berth file upwards.
 *
 * <p>Only the form TENANT/APP is checked here; whether the names are legal is for the cluster to
 * say.
 */
public final class AppReference {
  private static final Pattern FORM = Pattern.compile("([^/\\s]+)/([^/\\s]+)");
  private static final String FILE = ".berth";
  private static final int LARGEST_FILE = 4096;

  private AppReference() {}

  public static AppName find(
      @Nullable String option, Map<String, String> environment, Path directory) {
    if (option != null) {
      return parse(option, "--app");
    }
    String variable = environment.get("BERTH_APP");
    if (variable != null && !variable.isBlank()) {
      return parse(variable.strip(), "BERTH_APP");
    }
    Optional<Path> file = nearestFile(directory);
    if (file.isPresent()) {
      return parse(firstLine(file.get()), file.get().toString());
    }
    throw CommandFailure.usage(
        "no app named: there is no --app, no BERTH_APP, and no .berth file in "
            + directory
            + " or above",
        "add -a TENANT/APP, or: echo TENANT/APP > .berth");
  }

  /** The app that {@code source}, such as an option, names as TENANT/APP. */
  public static AppName parse(String text, String source) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw CommandFailure.usage(
          source + " names an app as TENANT/APP, not \"" + text + "\"",
          "write for example acme/shop");
    }
    return AppName.newBuilder().setTenant(matcher.group(1)).setApp(matcher.group(2)).build();
  }

  private static Optional<Path> nearestFile(Path directory) {
    for (Path at = directory.toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve(FILE);
      if (Files.isRegularFile(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static String firstLine(Path file) {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw CommandFailure.usage(
            file + " has more than " + LARGEST_FILE + " bytes", "let it hold one line, TENANT/APP");
      }
      return Files.readString(file)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .findFirst()
          .orElse("");
    } catch (IOException unreadable) {
      throw CommandFailure.usage(
          file + " cannot be read: " + unreadable.getMessage(), "add -a TENANT/APP");
    }
  }
}
