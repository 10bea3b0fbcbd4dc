package dev.berth.cli.output;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where a command writes: answers to {@code out}, progress and errors to {@code err}.
 *
 * <p>{@code live} says that a person watches {@code err}, so that a line may be drawn over; {@code
 * colored} that a person reads {@code out} and has not asked for plain text.
 */
public record Terminal(PrintStream out, PrintStream err, boolean live, boolean colored) {
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f&&[^\\t]]");
  private static final Pattern CONTROL_BUT_COLOR =
      Pattern.compile("(\\x1b\\[[0-9;]{0,20}m)|[\\p{Cntrl}\\u0080-\\u009f&&[^\\t]]");

  /** The process's own terminal; ./berth says which of the two streams is one. */
  public static Terminal ofProcess(String terminals, Map<String, String> environment) {
    boolean plain =
        !environment.getOrDefault("NO_COLOR", "").isEmpty()
            || environment.getOrDefault("TERM", "").equals("dumb");
    return new Terminal(
        stream(FileDescriptor.out, 1 << 14),
        stream(FileDescriptor.err, 1 << 10),
        terminals.contains("err"),
        terminals.contains("out") && !plain);
  }

  private static PrintStream stream(FileDescriptor descriptor, int size) {
    return new PrintStream(
        new java.io.BufferedOutputStream(new FileOutputStream(descriptor), size),
        true,
        StandardCharsets.UTF_8);
  }

  public String paint(Color color, String text) {
    return colored && color != Color.PLAIN
        ? "\u001b[" + color.code + "m" + text + "\u001b[0m"
        : text;
  }

  /** Text of others, made harmless: it cannot move the cursor or retitle the window. */
  public static String clean(String text) {
    return CONTROL.matcher(text).replaceAll("\ufffd");
  }

  /** The same, but colors stay, for what apps log. */
  public static String cleanButColor(String text) {
    return CONTROL_BUT_COLOR
        .matcher(text)
        .replaceAll(
            found -> found.group(1) == null ? "\ufffd" : "\u001b" + found.group(1).substring(1));
  }

  /** The few colors that mean something. */
  public enum Color {
    PLAIN("0"),
    GOOD("32"),
    WAITING("33"),
    BAD("31"),
    FAINT("2");

    private final String code;

    Color(String code) {
      this.code = code;
    }
  }
}
