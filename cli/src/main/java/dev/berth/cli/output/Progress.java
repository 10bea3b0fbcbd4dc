package dev.berth.cli.output;

import dev.berth.cli.output.Terminal.Color;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Shows work that takes longer than a person likes to wait in silence.
 *
 * <p>For a person the state is one line that is drawn over at most ten times a second; in a log it
 * is one line every five seconds. Milestones are lines of their own either way. Thread-safe.
 */
public final class Progress implements AutoCloseable {
  private static final Duration LIVE_PAUSE = Duration.ofMillis(100);
  private static final Duration LOG_PAUSE = Duration.ofSeconds(5);
  private static final int WIDTH = 100;

  private final Terminal terminal;
  private final Clock clock;
  private final Instant begun;
  private Instant shown;
  private boolean drawn;

  public Progress(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
    this.begun = clock.instant();
    this.shown = terminal.live() ? Instant.EPOCH : begun;
  }

  /** What is going on at this moment. */
  public synchronized void state(String text) {
    Instant now = clock.instant();
    if (now.isBefore(shown.plus(terminal.live() ? LIVE_PAUSE : LOG_PAUSE))) {
      return;
    }
    shown = now;
    String line = Terminal.clean(text);
    line = line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line;
    if (terminal.live()) {
      terminal.err().print("\r\u001b[K" + line);
      terminal.err().flush();
      drawn = true;
    } else {
      terminal.err().println(line);
    }
  }

  /** Something that happened. */
  public synchronized void milestone(String text) {
    erase();
    terminal.err().println(Terminal.clean(text));
  }

  /** A bar for a known amount of bytes. */
  public void bytes(String verb, long done, long total) {
    int tenths = total == 0 ? 20 : (int) (20 * done / total);
    state(
        verb
            + " ["
            + "#".repeat(tenths)
            + ".".repeat(20 - tenths)
            + "] "
            + Words.bytes(done)
            + " of "
            + Words.bytes(total));
  }

  public Duration elapsed() {
    return Duration.between(begun, clock.instant());
  }

  public synchronized void warning(String text) {
    erase();
    terminal.err().println(terminal.live() ? paintedBad(text) : Terminal.clean(text));
  }

  private String paintedBad(String text) {
    return terminal.paint(Color.BAD, Terminal.clean(text));
  }

  private void erase() {
    if (drawn) {
      terminal.err().print("\r\u001b[K");
      drawn = false;
    }
  }

  /** Takes the state off the screen, before an answer is printed. */
  public synchronized void clear() {
    erase();
    terminal.err().flush();
  }

  @Override
  public void close() {
    clear();
  }
}
