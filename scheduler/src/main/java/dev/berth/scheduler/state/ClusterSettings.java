package dev.berth.scheduler.state;

/** What the operator chose for the whole cluster. Hostnames of apps end in the domain. */
public record ClusterSettings(
    String domain, String defaultBaseLine, NodePools pools, RebalanceSettings rebalance) {
  public ClusterSettings(String domain, String defaultBaseLine, NodePools pools) {
    this(domain, defaultBaseLine, pools, RebalanceSettings.DEFAULT);
  }

  public ClusterSettings(String domain, String defaultBaseLine) {
    this(domain, defaultBaseLine, NodePools.STANDARD);
  }

  public ClusterSettings with(RebalanceSettings other) {
    return new ClusterSettings(domain, defaultBaseLine, pools, other);
  }

  public String defaultDomain(AppId app) {
    return app.name() + "." + app.tenant() + "." + domain;
  }
}
