package dev.berth.bench.placement;

import dev.berth.scheduler.state.Capacity;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Work with the size skew that was published of Google's cells in 2019 (Tirmazi and others, "Borg:
 * the Next Generation", EuroSys 2020).
 *
 * <p>The paper finds that what a job takes in all follows a Pareto law with a shape of 0.69 for cpu
 * and 0.72 for memory: the largest 1 % of the jobs (elephants) take nearly everything, the rest
 * (mice) nearly nothing. Here a job's whole cpu is drawn from that law, bounded at 1/20 of the
 * cell; an instance's request is a narrower Pareto of its own (1/20 cpu to 4 cpus, shape 1.1), and
 * memory per cpu is log-normal around the cell's own ratio, so that some jobs are heavy in one and
 * some in the other. Machines come in four shapes with 2 to 8 GiB a cpu, in unequal numbers. What
 * the trace has and this has not: arrival times, usage below the request, constraints. Seeded.
 */
final class BorgLike {
  private static final double JOB_SHAPE = 0.69;
  private static final double REQUEST_SHAPE = 1.1;
  private static final double MIB_PER_MILLI = 4.0;
  private static final double RATIO_SIGMA = 0.6;
  private static final List<Capacity> SHAPES =
      List.of(
          machine(8000, 32_768),
          machine(16_000, 32_768),
          machine(16_000, 131_072),
          machine(32_000, 131_072));
  private static final int[] PARTS = {50, 25, 15, 10};

  private final Random random;

  private BorgLike(long seed) {
    this.random = new Random(seed);
  }

  /** Asks for about this share of the machines' memory or cpu, whichever is scarcer. */
  static Work of(int machines, double share, long seed) {
    return new BorgLike(seed).work(machines, share);
  }

  private static Capacity machine(long cpuMillis, long memoryMib) {
    return new Capacity(memoryMib, cpuMillis, 1 << 20, 1 << 24);
  }

  private Work work(int count, double share) {
    var machines = new ArrayList<Capacity>();
    Capacity all = Capacity.NONE;
    for (int machine = 0; machine < count; machine++) {
      Capacity shape = shape(random.nextInt(100));
      machines.add(shape);
      all = all.plus(shape);
    }
    var jobs = new ArrayList<Work.Job>();
    Capacity asked = Capacity.NONE;
    while (asked.cpuMillis() < share * all.cpuMillis()
        && asked.memoryMib() < share * all.memoryMib()) {
      Work.Job job = job(all.cpuMillis() / 20.0);
      jobs.add(job);
      for (int instance = 0; instance < job.instances(); instance++) {
        asked = asked.plus(job.request());
      }
    }
    return new Work(machines, jobs);
  }

  private static Capacity shape(int percent) {
    int below = 0;
    for (int at = 0; at < PARTS.length; at++) {
      below += PARTS[at];
      if (percent < below) {
        return SHAPES.get(at);
      }
    }
    return SHAPES.getLast();
  }

  private Work.Job job(double most) {
    double request = pareto(REQUEST_SHAPE, 50, 4000);
    double whole = pareto(JOB_SHAPE, 50, most);
    double memory = request * MIB_PER_MILLI * Math.exp(RATIO_SIGMA * random.nextGaussian());
    var each = new Capacity(Math.clamp(Math.round(memory), 16, 24_576), Math.round(request), 1, 1);
    return new Work.Job(Math.clamp(Math.round(whole / request), 1, 5000), each);
  }

  /** Of the Pareto law cut off at both ends. */
  private double pareto(double shape, double least, double most) {
    double low = Math.pow(least, -shape);
    double high = Math.pow(most, -shape);
    return Math.pow(low - random.nextDouble() * (low - high), -1 / shape);
  }
}
