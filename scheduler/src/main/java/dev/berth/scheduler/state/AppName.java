package dev.berth.scheduler.state;

/** An app as a caller wrote it; not yet known to be a legal name. */
public record AppName(String tenant, String app) {
  @Override
  public String toString() {
    return Names.printable(tenant) + "/" + Names.printable(app);
  }
}
