package dev.berth.scheduler.signals;

import java.util.List;

/** What one router counted of one placement since it told last. */
public record Counted(long failed, long errors, List<Long> latency) {
  public Counted {
    latency = List.copyOf(latency);
  }
}
