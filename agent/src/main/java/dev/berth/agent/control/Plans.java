package dev.berth.agent.control;

import dev.berth.agent.command.CommandWords;
import dev.berth.agent.order.ContainerSpec;
import dev.berth.agent.order.InstanceName;
import dev.berth.agent.order.Limits;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.Rates;
import dev.berth.agent.runtime.ContainerPlan;
import dev.berth.agent.runtime.HostException;
import java.util.Map;
import java.util.TreeMap;

/** Orders in the host's words. */
final class Plans {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "HOME", "/app",
          "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

  private Plans() {}

  static ContainerPlan of(Order order) throws HostException {
    ContainerSpec spec = order.spec();
    InstanceName instance = order.instance();
    Map<String, String> environment = new TreeMap<>(DEFAULTS);
    environment.putAll(spec.environment());
    try {
      return new ContainerPlan(
          order.id().value(),
          instance.tenant(),
          instance.app(),
          instance.processType(),
          instance.index(),
          spec.release(),
          spec.baseDigest(),
          spec.slugDigest(),
          CommandWords.of(spec.command(), environment),
          environment,
          limits(spec.limits()),
          spec.port());
    } catch (IllegalArgumentException wrong) {
      throw new HostException(
          HostException.Kind.TENANT, "the order is not usable: " + wrong.getMessage(), wrong);
    }
  }

  private static dev.berth.agent.runtime.Limits limits(Limits limits) {
    return new dev.berth.agent.runtime.Limits(
        limits.memoryMib(),
        limits.cpuWeight(),
        limits.cpuMillis(),
        limits.pids(),
        limits.diskMib(),
        limits.openFiles(),
        rates(limits.rates()));
  }

  private static dev.berth.agent.runtime.Rates rates(Rates rates) {
    return new dev.berth.agent.runtime.Rates(
        rates.ioWeight(),
        rates.ioMibPerSecond(),
        rates.networkMbits(),
        rates.logKibPerSecond(),
        rates.connections());
  }
}
