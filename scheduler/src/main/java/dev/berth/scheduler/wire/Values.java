package dev.berth.scheduler.wire;

import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.Exit;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Webhook;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Small values that several messages share. Pure. */
public final class Values {
  private Values() {}

  public static dev.berth.proto.v1.Size size(Size size) {
    return dev.berth.proto.v1.Size.newBuilder()
        .setName(size.name())
        .setMemoryMib(size.memoryMib())
        .setCpuWeight(size.cpuWeight())
        .setCpuMillis(size.cpuMillis())
        .setPids(size.pids())
        .setDiskMib(size.diskMib())
        .setOpenFiles(size.openFiles())
        .setIoWeight(size.rates().ioWeight())
        .setIoMibPerSecond(size.rates().ioMibPerSecond())
        .setNetworkMbits(size.rates().networkMbits())
        .setLogKibPerSecond(size.rates().logKibPerSecond())
        .setConnections(size.rates().connections())
        .build();
  }

  public static dev.berth.proto.v1.HealthCheck health(HealthCheck health) {
    return dev.berth.proto.v1.HealthCheck.newBuilder()
        .setKind(
            switch (health.kind()) {
              case DEFAULT -> dev.berth.proto.v1.HealthCheck.Kind.KIND_DEFAULT;
              case NONE -> dev.berth.proto.v1.HealthCheck.Kind.KIND_NONE;
              case TCP -> dev.berth.proto.v1.HealthCheck.Kind.KIND_TCP;
              case HTTP -> dev.berth.proto.v1.HealthCheck.Kind.KIND_HTTP;
            })
        .setPath(health.path())
        .setIntervalMillis(health.intervalMillis())
        .setTimeoutMillis(health.timeoutMillis())
        .setStartDeadlineMillis(health.startDeadlineMillis())
        .setFailures(health.failures())
        .build();
  }

  public static dev.berth.proto.v1.Capacity capacity(Capacity capacity) {
    return dev.berth.proto.v1.Capacity.newBuilder()
        .setMemoryMib(capacity.memoryMib())
        .setCpuMillis(capacity.cpuMillis())
        .setPids(capacity.pids())
        .setDiskMib(capacity.diskMib())
        .setAddresses(capacity.addresses())
        .build();
  }

  static Capacity capacity(dev.berth.proto.v1.Capacity capacity) {
    return new Capacity(
        capacity.getMemoryMib(),
        capacity.getCpuMillis(),
        capacity.getPids(),
        capacity.getDiskMib(),
        capacity.getAddresses());
  }

  public static dev.berth.proto.v1.Exit exit(Exit exit) {
    return dev.berth.proto.v1.Exit.newBuilder()
        .setCause(
            switch (exit.cause()) {
              case UNSPECIFIED -> dev.berth.proto.v1.Exit.Cause.CAUSE_UNSPECIFIED;
              case PROCESS_EXITED -> dev.berth.proto.v1.Exit.Cause.PROCESS_EXITED;
              case OUT_OF_MEMORY -> dev.berth.proto.v1.Exit.Cause.OUT_OF_MEMORY;
              case UNHEALTHY -> dev.berth.proto.v1.Exit.Cause.UNHEALTHY;
              case STOPPED -> dev.berth.proto.v1.Exit.Cause.STOPPED;
              case START_FAILED -> dev.berth.proto.v1.Exit.Cause.START_FAILED;
              case UNVERIFIED -> dev.berth.proto.v1.Exit.Cause.UNVERIFIED;
            })
        .setCode(exit.code())
        .setAt(exit.at().toEpochMilli())
        .setMessage(exit.message())
        .build();
  }

  static Exit exit(dev.berth.proto.v1.Exit exit) {
    return new Exit(
        switch (exit.getCause()) {
          case PROCESS_EXITED -> Exit.Cause.PROCESS_EXITED;
          case OUT_OF_MEMORY -> Exit.Cause.OUT_OF_MEMORY;
          case UNHEALTHY -> Exit.Cause.UNHEALTHY;
          case STOPPED -> Exit.Cause.STOPPED;
          case START_FAILED -> Exit.Cause.START_FAILED;
          case UNVERIFIED -> Exit.Cause.UNVERIFIED;
          case CAUSE_UNSPECIFIED, UNRECOGNIZED -> Exit.Cause.UNSPECIFIED;
        },
        exit.getCode(),
        time(exit.getAt()),
        exit.getMessage());
  }

  /** A quota that admission may still refuse; negative numbers cannot be written on the wire. */
  public static Quota quota(dev.berth.proto.v1.Quota quota) {
    return new Quota(
        clamped(Integer.toUnsignedLong(quota.getMaxInstances())),
        quota.getMaxMemoryMib() < 0 ? Long.MAX_VALUE : quota.getMaxMemoryMib(),
        clamped(Integer.toUnsignedLong(quota.getMaxApps())));
  }

  public static dev.berth.proto.v1.Quota quota(Quota quota) {
    return dev.berth.proto.v1.Quota.newBuilder()
        .setMaxInstances(quota.maxInstances())
        .setMaxMemoryMib(quota.maxMemoryMib())
        .setMaxApps(quota.maxApps())
        .build();
  }

  public static dev.berth.proto.v1.EgressPolicy egress(EgressPolicy egress) {
    var message = dev.berth.proto.v1.EgressPolicy.newBuilder();
    egress.allow().forEach(network -> message.addAllow(network.toString()));
    egress.deny().forEach(network -> message.addDeny(network.toString()));
    return message.build();
  }

  public static Command.ScaleChange scaleChange(ScaleChange change) {
    return new Command.ScaleChange(
        change.getProcessType(),
        change.getCount(),
        change.getSize(),
        new Command.DemandChange(
            change.hasWhere() ? change.getWhere().getRequirementsList() : null,
            change.hasAntiAffinity() ? change.getAntiAffinity() : null,
            change.getPriority()));
  }

  /** Without a target it is refused later, as 0 is. */
  public static Command.AutoscaleAsked autoscale(dev.berth.proto.v1.Autoscale asked) {
    return switch (asked.getTargetCase()) {
      case REQUESTS -> autoscale(asked, Autoscale.Measure.REQUESTS, asked.getRequests(), null);
      case CPU_PERCENT ->
          autoscale(asked, Autoscale.Measure.CPU_PERCENT, asked.getCpuPercent(), null);
      case QUEUE ->
          autoscale(
              asked,
              Autoscale.Measure.QUEUE,
              asked.getQueue().getJobs(),
              webhook(asked.getQueue().getWebhook()));
      case P95_MILLIS, TARGET_NOT_SET ->
          autoscale(asked, Autoscale.Measure.P95_MILLIS, asked.getP95Millis(), null);
    };
  }

  private static Command.AutoscaleAsked autoscale(
      dev.berth.proto.v1.Autoscale asked,
      Autoscale.Measure measure,
      long target,
      Command.@Nullable WebhookAsked queue) {
    return new Command.AutoscaleAsked(asked.getMin(), asked.getMax(), measure, target, queue);
  }

  public static Command.WebhookAsked webhook(dev.berth.proto.v1.Webhook asked) {
    return new Command.WebhookAsked(
        asked.getUrl(),
        Duration.ofMillis(Integer.toUnsignedLong(asked.getTimeoutMillis())),
        asked.getSecret());
  }

  /** Without its secret. */
  public static dev.berth.proto.v1.Webhook webhook(Webhook webhook) {
    return dev.berth.proto.v1.Webhook.newBuilder()
        .setUrl(webhook.url())
        .setTimeoutMillis((int) webhook.timeout().toMillis())
        .build();
  }

  public static AppName appName(dev.berth.proto.v1.AppName name) {
    return new AppName(name.getTenant(), name.getApp());
  }

  public static dev.berth.scheduler.state.Mutation mutation(Mutation mutation) {
    return new dev.berth.scheduler.state.Mutation(
        mutation.getIdempotencyKey(), mutation.getExpectedVersion(), mutation.getReason());
  }

  static Instant time(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  private static int clamped(long value) {
    return (int) Math.min(value, Integer.MAX_VALUE);
  }
}
