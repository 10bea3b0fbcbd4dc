package dev.berth.agent.control;

import dev.berth.agent.command.CommandWords;
import dev.berth.agent.network.EgressPolicy;
import dev.berth.agent.order.ContainerSpec;
import dev.berth.agent.order.InstanceName;
import dev.berth.agent.order.Limits;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.Rates;
import dev.berth.agent.runtime.ContainerPlan;
import dev.berth.agent.runtime.HostException;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Orders in the host's words. */
final class Plans {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "HOME", "/app",
          "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

  private static final Logger LOG = LoggerFactory.getLogger(Plans.class);

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
          spec.port(),
          new EgressPolicy(order.egress().allow(), order.egress().deny()));
    } catch (IllegalArgumentException wrong) {
      throw new HostException(
          HostException.Kind.TENANT, "the order is not usable: " + wrong.getMessage(), wrong);
    }
  }

  /** For what runs already: a policy that can't be read lets nothing through. */
  static EgressPolicy egress(Order order) {
    try {
      return new EgressPolicy(order.egress().allow(), order.egress().deny());
    } catch (IllegalArgumentException wrong) {
      LOG.error(
          "{} is shut in, its egress policy is wrong: {}", order.instance(), wrong.getMessage());
      return EgressPolicy.CLOSED;
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
