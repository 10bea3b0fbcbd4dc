package dev.berth.bench.measure;

import dev.berth.bench.figures.Report;

/** Measures one thing on this machine and leaves nothing behind. */
public interface Benchmark {
  Report run() throws Exception;
}
