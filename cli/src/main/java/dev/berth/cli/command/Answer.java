package dev.berth.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Terminal;
import java.util.List;
import java.util.function.Supplier;

/** Says one answer in the way that the caller asked for: words and tables, or JSON. */
final class Answer {
  private final Terminal terminal;
  private final boolean json;

  Answer(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  /** One object, or a sentence. */
  void one(Message message, Supplier<String> words) {
    one(json ? Json.of(message) : Json.object(), words);
  }

  void one(JsonNode object, Supplier<String> words) {
    line(json ? Json.line(object) : Terminal.clean(words.get()));
  }

  /** One object, or several lines. */
  void lines(Message message, Supplier<String> words) {
    if (json) {
      line(Json.line(message));
    } else {
      words.get().lines().map(Terminal::clean).forEach(this::line);
    }
  }

  /** One object, or a table. */
  void table(Message message, Supplier<Table> table) {
    if (json) {
      line(Json.line(message));
    } else {
      table.get().print(terminal);
    }
  }

  /** One object a line, or a table; {@code none} is said in place of an empty table. */
  void list(List<? extends Message> messages, Supplier<Table> table, String none) {
    if (json) {
      messages.forEach(message -> terminal.out().println(Json.line(message)));
    } else if (messages.isEmpty()) {
      terminal.err().println(none);
    } else {
      table.get().print(terminal);
    }
    terminal.out().flush();
  }

  private void line(String text) {
    terminal.out().println(text);
    terminal.out().flush();
  }
}
