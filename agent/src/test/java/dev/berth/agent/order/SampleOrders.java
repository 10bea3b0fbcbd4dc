package dev.berth.agent.order;

import dev.berth.agent.order.HealthCheck.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Orders that tests start from. */
public final class SampleOrders {
  public static final String BASE = "b".repeat(64);
  public static final String SLUG = "5".repeat(64);

  private SampleOrders() {}

  public static Order run(long id) {
    return order(id, Target.RUN, new HealthCheck.ProcessRuns());
  }

  public static Order runChecked(long id, int port) {
    Order order = order(id, Target.RUN, new HealthCheck.Tcp(Timing.DEFAULT));
    return withPort(order, port);
  }

  public static Order stop(long id) {
    return order(id, Target.STOP, new HealthCheck.ProcessRuns());
  }

  public static Order order(long id, Target target, HealthCheck health) {
    var spec =
        new ContainerSpec(
            1,
            BASE,
            SLUG,
            "app --port $PORT",
            Map.of("PORT", "5000", "GREETING", "hello"),
            new Limits(256, 100, 1000, 256, 1024, 8192, new Rates(50, 64, 100, 512, 2048)),
            health,
            Duration.ofSeconds(5),
            5000,
            "debian-12",
            1,
            false);
    return new Order(
        new PlacementId(id),
        new InstanceName("acme", "shop", "web", (int) id),
        target,
        spec,
        Egress.OPEN);
  }

  /** Small, of real images. */
  public static Order ofCommand(
      long id, String command, Target target, HealthCheck health, String base, String slug) {
    var spec =
        new ContainerSpec(
            1,
            base,
            slug,
            command,
            Map.of("PORT", "5000"),
            new Limits(64, 100, 1000, 32, 64, 512),
            health,
            Duration.ofSeconds(1),
            5000,
            "busybox",
            1,
            false);
    return new Order(
        new PlacementId(id),
        new InstanceName("acme", "shop", "web", (int) id),
        target,
        spec,
        Egress.OPEN);
  }

  private static Order withPort(Order order, int port) {
    ContainerSpec spec = order.spec();
    var moved =
        new ContainerSpec(
            spec.release(),
            spec.baseDigest(),
            spec.slugDigest(),
            spec.command(),
            spec.environment(),
            spec.limits(),
            spec.health(),
            spec.grace(),
            port,
            spec.baseLine(),
            spec.baseVersion(),
            false);
    return new Order(order.id(), order.instance(), order.target(), moved, order.egress());
  }

  public static Order denying(Order order, String network) {
    return new Order(
        order.id(),
        order.instance(),
        order.target(),
        order.spec(),
        new Egress(List.of(), List.of(network)));
  }
}
