package dev.berth.scheduler.slug;

import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.ProcessType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a Procfile: {@code name: command} on each line, blank lines and lines that begin with
 * {@code #} left out. Pure; every mistake names its line.
 */
final class Procfile {
  static final int MAX_COMMAND = 4096;
  static final int MAX_TYPES = 32;

  private Procfile() {}

  /** The commands by process type; what is wrong goes to {@code mistakes}. */
  static Map<String, String> read(byte[] content, Mistakes mistakes) {
    Map<String, String> commands = new TreeMap<>();
    Optional<String> text = utf8(content);
    if (text.isEmpty()) {
      mistakes.add("Procfile", "is not UTF-8");
      return commands;
    }
    int number = 0;
    for (String line : text.get().split("\n", -1)) {
      number++;
      String words = line.strip();
      if (!words.isEmpty() && !words.startsWith("#")) {
        readLine("Procfile line " + number, words, commands, mistakes);
      }
    }
    if (commands.isEmpty() && mistakes.found().isEmpty()) {
      mistakes.add("Procfile", "names no process type; write a line like 'web: python3 app.py'");
    }
    return commands;
  }

  private static void readLine(
      String place, String words, Map<String, String> commands, Mistakes mistakes) {
    int colon = words.indexOf(':');
    if (colon < 0) {
      mistakes.add(place, "has no ':'; write 'name: command'");
      return;
    }
    String name = words.substring(0, colon).strip();
    String command = words.substring(colon + 1).strip();
    Optional<String> problem = Names.problem("process type", name);
    if (problem.isPresent()) {
      mistakes.add(place, problem.get());
    } else if (name.equals(ProcessType.TRIAL)) {
      mistakes.add(place, "process type 'trial' is Berth's own; choose another name");
    } else if (command.isEmpty()) {
      mistakes.add(place, "process type '" + name + "' has no command");
    } else if (command.length() > MAX_COMMAND) {
      mistakes.add(place, "the command has more than " + MAX_COMMAND + " characters");
    } else if (command.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t')) {
      mistakes.add(place, "the command contains a control character");
    } else if (commands.containsKey(name)) {
      mistakes.add(place, "process type '" + name + "' is named a second time");
    } else if (commands.size() >= MAX_TYPES) {
      mistakes.add(place, "there are more than " + MAX_TYPES + " process types");
    } else {
      commands.put(name, command);
    }
  }

  static Optional<String> utf8(byte[] content) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
