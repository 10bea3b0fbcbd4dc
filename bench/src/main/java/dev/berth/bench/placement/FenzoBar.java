package dev.berth.bench.placement;

import com.netflix.fenzo.ConstraintEvaluator;
import com.netflix.fenzo.SchedulingResult;
import com.netflix.fenzo.TaskAssignmentResult;
import com.netflix.fenzo.TaskRequest;
import com.netflix.fenzo.TaskScheduler;
import com.netflix.fenzo.TaskTrackerState;
import com.netflix.fenzo.VMAssignmentResult;
import com.netflix.fenzo.VMTaskFitnessCalculator;
import com.netflix.fenzo.VirtualMachineCurrentState;
import com.netflix.fenzo.VirtualMachineLease;
import dev.berth.scheduler.state.Capacity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.mesos.Protos;
import org.jspecify.annotations.Nullable;

/**
 * Netflix Fenzo on the same nodes and instances: spreads by use, books cpu, memory and disk. It is
 * told to take the first host that is good enough, which makes it quicker than seeking the best.
 */
final class FenzoBar implements AutoCloseable {
  private static final double GOOD_ENOUGH = 0.9;

  private final LongSupplier nanoTime;
  private final TaskScheduler scheduler;
  private final List<VirtualMachineLease> fresh = new ArrayList<>();
  private int tasks;

  FenzoBar(LongSupplier nanoTime, List<Capacity> machines) {
    this.nanoTime = nanoTime;
    this.scheduler =
        new TaskScheduler.Builder()
            .withLeaseOfferExpirySecs(1_000_000)
            .withLeaseRejectAction(_ -> {})
            .withFitnessCalculator(new LeastUsed())
            .withFitnessGoodEnoughFunction(fitness -> fitness >= GOOD_ENOUGH)
            .disableShortfallEvaluation()
            .build();
    for (int machine = 0; machine < machines.size(); machine++) {
      fresh.add(new Lease("host-" + machine, machines.get(machine)));
    }
  }

  /** Places so many equal instances as one batch; the nanoseconds it took. */
  long place(String group, int count, Capacity request) {
    List<TaskRequest> batch = new ArrayList<>();
    for (int task = 0; task < count; task++) {
      batch.add(new Task("task-" + tasks++, group, request));
    }
    long began = nanoTime.getAsLong();
    SchedulingResult result = scheduler.scheduleOnce(batch, fresh);
    int placed = 0;
    for (VMAssignmentResult host : result.getResultMap().values()) {
      for (TaskAssignmentResult task : host.getTasksAssigned()) {
        scheduler.getTaskAssigner().call(task.getRequest(), host.getHostname());
        placed++;
      }
    }
    long took = nanoTime.getAsLong() - began;
    List<VirtualMachineLease> left = new ArrayList<>();
    for (VMAssignmentResult host : result.getResultMap().values()) {
      left.add(rest(host));
    }
    fresh.clear();
    fresh.addAll(left); // what Mesos would offer again
    if (placed != count) {
      throw new IllegalStateException("Fenzo placed %d of %d".formatted(placed, count));
    }
    return took;
  }

  private static VirtualMachineLease rest(VMAssignmentResult host) {
    Capacity left = ((Lease) host.getLeasesUsed().getFirst()).capacity();
    for (TaskAssignmentResult task : host.getTasksAssigned()) {
      left = left.minus(((Task) task.getRequest()).request());
    }
    return new Lease(host.getHostname(), left);
  }

  @Override
  public void close() {
    scheduler.shutdown();
  }

  /** 1 for an idle host. */
  private static final class LeastUsed implements VMTaskFitnessCalculator {
    @Override
    public String getName() {
      return "least used";
    }

    @Override
    public double calculateFitness(
        TaskRequest task, VirtualMachineCurrentState host, TaskTrackerState tracker) {
      double used = 0;
      for (TaskAssignmentResult assigned : host.getTasksCurrentlyAssigned()) {
        used += assigned.getRequest().getMemory();
      }
      for (TaskRequest running : host.getRunningTasks()) {
        used += running.getMemory();
      }
      double free = host.getCurrAvailableResources().memoryMB();
      return used + free <= 0 ? 0 : 1 - used / (used + free);
    }
  }

  private record Lease(String hostname, Capacity capacity) implements VirtualMachineLease {
    @Override
    public String getId() {
      return hostname + "-" + System.identityHashCode(this);
    }

    @Override
    public long getOfferedTime() {
      return 0;
    }

    @Override
    public String getVMID() {
      return hostname;
    }

    @Override
    public double cpuCores() {
      return capacity.cpuMillis() / 1000.0;
    }

    @Override
    public double memoryMB() {
      return capacity.memoryMib();
    }

    @Override
    public double networkMbps() {
      return 0;
    }

    @Override
    public double diskMB() {
      return capacity.diskMib();
    }

    @Override
    public List<Range> portRanges() {
      return List.of();
    }

    @Override
    public Protos.@Nullable Offer getOffer() {
      return null;
    }

    @Override
    public Map<String, Protos.Attribute> getAttributeMap() {
      return Collections.emptyMap();
    }

    @Override
    public Double getScalarValue(String name) {
      return 0.0;
    }

    @Override
    public Map<String, Double> getScalarValues() {
      return Collections.emptyMap();
    }
  }

  private static final class Task implements TaskRequest {
    private final String id;
    private final String group;
    private final Capacity request;
    private @Nullable AssignedResources assigned;

    Task(String id, String group, Capacity request) {
      this.id = id;
      this.group = group;
      this.request = request;
    }

    Capacity request() {
      return request;
    }

    @Override
    public String getId() {
      return id;
    }

    @Override
    public String taskGroupName() {
      return group;
    }

    @Override
    public double getCPUs() {
      return request.cpuMillis() / 1000.0;
    }

    @Override
    public double getMemory() {
      return request.memoryMib();
    }

    @Override
    public double getNetworkMbps() {
      return 0;
    }

    @Override
    public double getDisk() {
      return request.diskMib();
    }

    @Override
    public int getPorts() {
      return 0;
    }

    @Override
    public Map<String, Double> getScalarRequests() {
      return Collections.emptyMap();
    }

    @Override
    public Map<String, NamedResourceSetRequest> getCustomNamedResources() {
      return Collections.emptyMap();
    }

    @Override
    public List<? extends ConstraintEvaluator> getHardConstraints() {
      return List.of();
    }

    @Override
    public List<? extends VMTaskFitnessCalculator> getSoftConstraints() {
      return List.of();
    }

    @Override
    public void setAssignedResources(AssignedResources resources) {
      assigned = resources;
    }

    @Override
    public @Nullable AssignedResources getAssignedResources() {
      return assigned;
    }
  }
}
