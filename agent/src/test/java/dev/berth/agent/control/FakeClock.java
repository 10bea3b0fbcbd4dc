package dev.berth.agent.control;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Time that passes only when told. Confined to the test. */
public final class FakeClock implements InstantSource {
  private Instant now = Instant.parse("2026-11-22T08:00:00Z");

  @Override
  public Instant instant() {
    return now;
  }

  public void pass(Duration duration) {
    now = now.plus(duration);
  }
}
