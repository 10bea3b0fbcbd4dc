package dev.berth.scheduler.state;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one label of a node must be: {@code zone=a}, {@code disk!=slow}, {@code rack in (1,2)}. */
public record Requirement(String key, Operator operator, List<String> values) {
  private static final Pattern FORM =
      Pattern.compile("\\s*([^=!\\s]+)\\s*(=|!=|\\sin\\s)\\s*(.*?)\\s*");
  private static final int MAX_VALUES = 16;

  /** How the label is compared. */
  public enum Operator {
    IS,
    IS_NOT,
    IN
  }

  public Requirement {
    values = List.copyOf(values);
  }

  /** For texts that admission has checked. */
  public static Requirement of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a requirement: " + text));
  }

  /** Nothing unless it is written as above, with legal keys and values. */
  public static Optional<Requirement> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String key = matcher.group(1);
    String rest = matcher.group(3);
    Requirement parsed =
        switch (matcher.group(2).strip()) {
          case "=" -> new Requirement(key, Operator.IS, List.of(rest));
          case "!=" -> new Requirement(key, Operator.IS_NOT, List.of(rest));
          default -> new Requirement(key, Operator.IN, list(rest));
        };
    return parsed.isLegal() ? Optional.of(parsed) : Optional.empty();
  }

  private static List<String> list(String text) {
    String inner =
        text.startsWith("(") && text.endsWith(")") ? text.substring(1, text.length() - 1) : text;
    return Pattern.compile(",").splitAsStream(inner).map(String::strip).sorted().toList();
  }

  private boolean isLegal() {
    return Labels.isKey(key)
        && !values.isEmpty()
        && values.size() <= MAX_VALUES
        && values.stream().allMatch(value -> Labels.isValue(value) && !value.isEmpty());
  }

  /** A label that is not there is equal to nothing. */
  public boolean admits(Map<String, String> labels) {
    String value = labels.get(key);
    return switch (operator) {
      case IS, IN -> value != null && values.contains(value);
      case IS_NOT -> value == null || !values.contains(value);
    };
  }

  @Override
  public String toString() {
    return switch (operator) {
      case IS -> key + "=" + values.getFirst();
      case IS_NOT -> key + "!=" + values.getFirst();
      case IN -> key + " in (" + String.join(",", values) + ")";
    };
  }
}
