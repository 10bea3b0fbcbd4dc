package dev.berth.bench.placement;

import dev.berth.scheduler.state.Capacity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The bar for packing: every instance on its own, in a random order, onto the machine of all that
 * it leaves the least on; the best of several such runs.
 */
final class BestFit {
  private final long[] cpu;
  private final long[] memory;
  private final double[] cpuScale;
  private final double[] memoryScale;
  private final boolean[] isUsed;

  private BestFit(List<Capacity> machines) {
    this.cpu = machines.stream().mapToLong(Capacity::cpuMillis).toArray();
    this.memory = machines.stream().mapToLong(Capacity::memoryMib).toArray();
    this.cpuScale = Arrays.stream(cpu).mapToDouble(all -> 1.0 / all).toArray();
    this.memoryScale = Arrays.stream(memory).mapToDouble(all -> 1.0 / all).toArray();
    this.isUsed = new boolean[cpu.length];
  }

  /** The least cost of so many runs. */
  static double best(Work work, int runs, long seed) {
    var random = new Random(seed);
    var requests = new ArrayList<Capacity>();
    work.jobs()
        .forEach(job -> requests.addAll(Collections.nCopies(job.instances(), job.request())));
    double best = Double.MAX_VALUE;
    for (int run = 0; run < runs; run++) {
      Collections.shuffle(requests, random);
      var fit = new BestFit(work.machines());
      requests.forEach(fit::place);
      best = Math.min(best, Packing.cost(work.machines(), fit.isUsed));
    }
    return best;
  }

  private void place(Capacity request) {
    int best = -1;
    double least = Double.MAX_VALUE;
    for (int machine = 0; machine < cpu.length; machine++) {
      long cpuLeft = cpu[machine] - request.cpuMillis();
      long memoryLeft = memory[machine] - request.memoryMib();
      if (cpuLeft >= 0 && memoryLeft >= 0) {
        double left = cpuLeft * cpuScale[machine] + memoryLeft * memoryScale[machine];
        if (left < least) {
          least = left;
          best = machine;
        }
      }
    }
    if (best < 0) {
      throw new IllegalStateException("the machines do not hold the work");
    }
    cpu[best] -= request.cpuMillis();
    memory[best] -= request.memoryMib();
    isUsed[best] = true;
  }
}
