package dev.berth.agent.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.agent.order.ContainerSpec;
import dev.berth.agent.order.Delta;
import dev.berth.agent.order.Egress;
import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.HealthCheck.Timing;
import dev.berth.agent.order.InstanceName;
import dev.berth.agent.order.Limits;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.order.Rates;
import dev.berth.agent.order.Snapshot;
import dev.berth.agent.order.Target;
import dev.berth.proto.DesiredChecksum;
import dev.berth.proto.v1.DesiredDelta;
import dev.berth.proto.v1.DesiredState;
import dev.berth.proto.v1.EgressPolicy;
import dev.berth.proto.v1.Size;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Orders on the wire and on disk.
 *
 * <p>A full state is taken only whole: its count and its checksum agree. An order that this agent
 * cannot understand damages the message that it is in, so that nothing is stopped by mistake.
 */
public final class OrderCodec {
  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

  private OrderCodec() {}

  public static Snapshot snapshot(DesiredState state) throws DamagedException {
    if (state.getOrdersCount() != state.getCount()) {
      throw new DamagedException(
          "the full state has " + state.getOrdersCount() + " orders, not " + state.getCount());
    }
    if (!DesiredChecksum.of(state.getOrdersList()).equals(state.getChecksum())) {
      throw new DamagedException(
          "the checksum of the full state at revision " + state.getRevision() + " does not agree");
    }
    return new Snapshot(state.getEpoch(), state.getRevision(), orders(state.getOrdersList()));
  }

  public static Delta delta(DesiredDelta delta) throws DamagedException {
    try {
      return new Delta(
          delta.getEpoch(),
          delta.getFromRevision(),
          delta.getRevision(),
          orders(delta.getOrdersList()),
          delta.getDroppedList().stream().map(PlacementId::new).toList());
    } catch (IllegalArgumentException wrong) {
      throw new DamagedException(
          "a dropped placement cannot be read: " + wrong.getMessage(), wrong);
    }
  }

  public static DesiredState message(Snapshot snapshot) {
    List<dev.berth.proto.v1.Order> orders =
        snapshot.orders().stream().map(OrderCodec::message).toList();
    return DesiredState.newBuilder()
        .setEpoch(snapshot.epoch())
        .setRevision(snapshot.revision())
        .addAllOrders(orders)
        .setCount(orders.size())
        .setChecksum(DesiredChecksum.of(orders))
        .build();
  }

  /** For the disk; has its own count and checksum within. */
  public static byte[] bytes(Snapshot snapshot) {
    return message(snapshot).toByteArray();
  }

  public static Snapshot fromBytes(byte[] bytes) throws DamagedException {
    try {
      return snapshot(DesiredState.parseFrom(bytes));
    } catch (InvalidProtocolBufferException unreadable) {
      throw new DamagedException("it is no desired state: " + unreadable.getMessage(), unreadable);
    }
  }

  private static List<Order> orders(List<dev.berth.proto.v1.Order> messages)
      throws DamagedException {
    List<Order> orders = new ArrayList<>(messages.size());
    for (dev.berth.proto.v1.Order message : messages) {
      orders.add(order(message));
    }
    return orders;
  }

  private static Order order(dev.berth.proto.v1.Order message) throws DamagedException {
    try {
      return new Order(
          new PlacementId(message.getPlacementId()),
          new InstanceName(
              message.getTenant(), message.getApp(), message.getProcessType(), message.getIndex()),
          target(message.getTarget()),
          spec(message.getSpec(), message.getProcessType()),
          new Egress(message.getEgress().getAllowList(), message.getEgress().getDenyList()));
    } catch (IllegalArgumentException wrong) {
      throw new DamagedException(
          "the order for placement "
              + Long.toUnsignedString(message.getPlacementId())
              + " cannot be read: "
              + wrong.getMessage(),
          wrong);
    }
  }

  private static Target target(dev.berth.proto.v1.Order.Target target) {
    return switch (target) {
      case RUN -> Target.RUN;
      case STOP -> Target.STOP;
      case TARGET_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("target " + target + " is not known to this agent");
    };
  }

  private static ContainerSpec spec(dev.berth.proto.v1.ContainerSpec spec, String processType) {
    return new ContainerSpec(
        spec.getRelease(),
        spec.getBaseDigest(),
        spec.getSlugDigest(),
        spec.getCommand(),
        spec.getEnvironmentMap(),
        limits(spec.getSize()),
        health(spec.getHealth(), processType),
        millisOr(spec.getGraceMillis(), DEFAULT_GRACE),
        spec.getPort(),
        spec.getBaseLine(),
        spec.getBaseVersion(),
        spec.getOnce());
  }

  private static Limits limits(Size size) {
    return new Limits(
        size.getMemoryMib(),
        size.getCpuWeight(),
        size.getCpuMillis(),
        size.getPids(),
        size.getDiskMib(),
        size.getOpenFiles(),
        new Rates(
            or(size.getIoWeight(), Rates.UNSAID.ioWeight()),
            or(size.getIoMibPerSecond(), Rates.UNSAID.ioMibPerSecond()),
            or(size.getNetworkMbits(), Rates.UNSAID.networkMbits()),
            or(size.getLogKibPerSecond(), Rates.UNSAID.logKibPerSecond()),
            or(size.getConnections(), Rates.UNSAID.connections())));
  }

  private static int or(int value, int fallback) {
    return value == 0 ? fallback : value;
  }

  private static HealthCheck health(dev.berth.proto.v1.HealthCheck check, String processType) {
    Timing timing = timing(check);
    return switch (check.getKind()) {
      case KIND_DEFAULT ->
          processType.equals("web") ? new HealthCheck.Tcp(timing) : new HealthCheck.ProcessRuns();
      case KIND_NONE -> new HealthCheck.ProcessRuns();
      case KIND_TCP -> new HealthCheck.Tcp(timing);
      case KIND_HTTP -> new HealthCheck.Http(check.getPath(), timing);
      case UNRECOGNIZED ->
          throw new IllegalArgumentException("health check kind is not known to this agent");
    };
  }

  private static Timing timing(dev.berth.proto.v1.HealthCheck check) {
    return new Timing(
        millisOr(check.getIntervalMillis(), Timing.DEFAULT.interval()),
        millisOr(check.getTimeoutMillis(), Timing.DEFAULT.timeout()),
        millisOr(check.getStartDeadlineMillis(), Timing.DEFAULT.startDeadline()),
        check.getFailures() == 0 ? Timing.DEFAULT.failures() : check.getFailures());
  }

  private static Duration millisOr(int millis, Duration fallback) {
    return millis == 0 ? fallback : Duration.ofMillis(Integer.toUnsignedLong(millis));
  }

  private static dev.berth.proto.v1.Order message(Order order) {
    return dev.berth.proto.v1.Order.newBuilder()
        .setPlacementId(order.id().value())
        .setTenant(order.instance().tenant())
        .setApp(order.instance().app())
        .setProcessType(order.instance().processType())
        .setIndex(order.instance().index())
        .setTarget(
            switch (order.target()) {
              case RUN -> dev.berth.proto.v1.Order.Target.RUN;
              case STOP -> dev.berth.proto.v1.Order.Target.STOP;
            })
        .setSpec(message(order.spec()))
        .setEgress(
            EgressPolicy.newBuilder()
                .addAllAllow(order.egress().allow())
                .addAllDeny(order.egress().deny()))
        .build();
  }

  private static dev.berth.proto.v1.ContainerSpec message(ContainerSpec spec) {
    Limits limits = spec.limits();
    return dev.berth.proto.v1.ContainerSpec.newBuilder()
        .setRelease(spec.release())
        .setBaseDigest(spec.baseDigest())
        .setSlugDigest(spec.slugDigest())
        .setCommand(spec.command())
        .putAllEnvironment(spec.environment())
        .setSize(
            Size.newBuilder()
                .setMemoryMib(limits.memoryMib())
                .setCpuWeight(limits.cpuWeight())
                .setCpuMillis(limits.cpuMillis())
                .setPids(limits.pids())
                .setDiskMib(limits.diskMib())
                .setOpenFiles(limits.openFiles())
                .setIoWeight(limits.rates().ioWeight())
                .setIoMibPerSecond(limits.rates().ioMibPerSecond())
                .setNetworkMbits(limits.rates().networkMbits())
                .setLogKibPerSecond(limits.rates().logKibPerSecond())
                .setConnections(limits.rates().connections()))
        .setHealth(message(spec.health()))
        .setGraceMillis((int) spec.grace().toMillis())
        .setPort(spec.port())
        .setBaseLine(spec.baseLine())
        .setBaseVersion(spec.baseVersion())
        .setOnce(spec.once())
        .build();
  }

  private static dev.berth.proto.v1.HealthCheck message(HealthCheck check) {
    var message = dev.berth.proto.v1.HealthCheck.newBuilder();
    return switch (check) {
      case HealthCheck.ProcessRuns _ ->
          message.setKind(dev.berth.proto.v1.HealthCheck.Kind.KIND_NONE).build();
      case HealthCheck.Tcp(Timing timing) ->
          withTiming(message.setKind(dev.berth.proto.v1.HealthCheck.Kind.KIND_TCP), timing);
      case HealthCheck.Http(String path, Timing timing) ->
          withTiming(
              message.setKind(dev.berth.proto.v1.HealthCheck.Kind.KIND_HTTP).setPath(path), timing);
    };
  }

  private static dev.berth.proto.v1.HealthCheck withTiming(
      dev.berth.proto.v1.HealthCheck.Builder message, Timing timing) {
    return message
        .setIntervalMillis((int) timing.interval().toMillis())
        .setTimeoutMillis((int) timing.timeout().toMillis())
        .setStartDeadlineMillis((int) timing.startDeadline().toMillis())
        .setFailures(timing.failures())
        .build();
  }
}
