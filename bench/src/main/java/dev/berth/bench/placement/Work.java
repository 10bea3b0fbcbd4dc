package dev.berth.bench.placement;

import dev.berth.scheduler.state.Capacity;
import java.util.List;

/** Machines, and jobs of equal instances in the order in which they come. */
record Work(List<Capacity> machines, List<Job> jobs) {
  /** So many instances that each ask this much. */
  record Job(int instances, Capacity request) {}

  Work {
    machines = List.copyOf(machines);
    jobs = List.copyOf(jobs);
  }

  int instances() {
    return jobs.stream().mapToInt(Job::instances).sum();
  }
}
