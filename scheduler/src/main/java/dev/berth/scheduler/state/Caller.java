package dev.berth.scheduler.state;

/** Who asks. */
public sealed interface Caller {
  record Operator() implements Caller {
    @Override
    public String toString() {
      return "operator";
    }
  }

  record OfTenant(TenantId tenant) implements Caller {
    @Override
    public String toString() {
      return "tenant:" + tenant;
    }
  }

  /** Others' things do not exist for a tenant. */
  default boolean maySee(TenantId owner) {
    return switch (this) {
      case Operator() -> true;
      case OfTenant(TenantId tenant) -> tenant.equals(owner);
    };
  }
}
