package dev.berth.agent.order;

/** An instance as people write it: {@code acme/shop/web.3}. */
public record InstanceName(String tenant, String app, String processType, int index) {

  /** Within its app: {@code web.3}. */
  public String shortName() {
    return processType + "." + index;
  }

  @Override
  public String toString() {
    return tenant + "/" + app + "/" + shortName();
  }
}
