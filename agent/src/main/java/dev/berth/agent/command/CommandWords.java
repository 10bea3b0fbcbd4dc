package dev.berth.agent.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the text of a command into the words to execute.
 *
 * <p>Plain words, quotes and {@code $NAME} or {@code ${NAME}} are understood here, and the program
 * then runs without a shell in between, so that it gets the signals. Whatever else means something
 * to a shell is given to {@code /bin/sh -c} as it stands. As in a shell, an unquoted word that
 * expands to nothing vanishes; unlike in a shell, a value is never split.
 */
public final class CommandWords {
  private static final String SHELL_CHARACTERS = "|&;<>()`*?[]~#\n\r\\!{}";

  /** First words that no program stands behind, or that change what follows. */
  private static final Set<String> SHELL_WORDS =
      Set.of(
          ".",
          ":",
          "case",
          "cd",
          "command",
          "eval",
          "exec",
          "exit",
          "export",
          "for",
          "if",
          "local",
          "read",
          "readonly",
          "set",
          "shift",
          "source",
          "times",
          "trap",
          "type",
          "ulimit",
          "umask",
          "unset",
          "until",
          "wait",
          "while");

  private CommandWords() {}

  public static List<String> of(String command, Map<String, String> environment) {
    return new Reader(command, environment)
        .words()
        .filter(words -> !words.isEmpty())
        .orElseGet(() -> List.of("/bin/sh", "-c", command));
  }

  /** One pass over one command. Confined to the calling thread. */
  private static final class Reader {
    private final String text;
    private final Map<String, String> environment;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean literal;
    private boolean quoted;
    private int at;

    Reader(String text, Map<String, String> environment) {
      this.text = text;
      this.environment = environment;
    }

    /** Empty when it needs a shell. */
    Optional<List<String>> words() {
      while (at < text.length()) {
        if (!readOne(text.charAt(at))) {
          return Optional.empty();
        }
      }
      endWord();
      return Optional.of(words);
    }

    private boolean readOne(char c) {
      if (c == ' ' || c == '\t') {
        at++;
        return endWord();
      }
      if (c == '\'') {
        return readSingleQuoted();
      }
      if (c == '"') {
        return readDoubleQuoted();
      }
      if (c == '$') {
        return readReference();
      }
      if (SHELL_CHARACTERS.indexOf(c) >= 0 || (c == '=' && words.isEmpty())) {
        return false;
      }
      word.append(c);
      literal = true;
      at++;
      return true;
    }

    private boolean readSingleQuoted() {
      int end = text.indexOf('\'', at + 1);
      if (end < 0) {
        return false;
      }
      word.append(text, at + 1, end);
      quoted = true;
      at = end + 1;
      return true;
    }

    private boolean readDoubleQuoted() {
      quoted = true;
      at++;
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '"') {
          at++;
          return true;
        }
        if (c == '\\' || c == '`') {
          return false;
        }
        if (c == '$') {
          if (!readReference()) {
            return false;
          }
        } else {
          word.append(c);
          at++;
        }
      }
      return false;
    }

    private boolean readReference() {
      boolean braces = at + 1 < text.length() && text.charAt(at + 1) == '{';
      int start = at + (braces ? 2 : 1);
      int end = start;
      while (end < text.length() && isNameCharacter(text.charAt(end), end == start)) {
        end++;
      }
      boolean closed = !braces || (end < text.length() && text.charAt(end) == '}');
      if (end == start || !closed) {
        return false;
      }
      word.append(environment.getOrDefault(text.substring(start, end), ""));
      at = braces ? end + 1 : end;
      return true;
    }

    /** False when this is a first word that only a shell understands. */
    private boolean endWord() {
      if (!word.isEmpty() || quoted || literal) {
        if (words.isEmpty() && literal && !quoted && SHELL_WORDS.contains(word.toString())) {
          return false;
        }
        words.add(word.toString());
      }
      word.setLength(0);
      literal = false;
      quoted = false;
      return true;
    }

    private static boolean isNameCharacter(char c, boolean first) {
      return c == '_'
          || (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (!first && c >= '0' && c <= '9');
    }
  }
}
