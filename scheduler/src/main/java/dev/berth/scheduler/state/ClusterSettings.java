package dev.berth.scheduler.state;

/**
 * What the operator chose for the whole cluster. Hostnames of apps end in the domain.
 *
 * @param movesPerSecond so many instances of the cluster begin to move in a second, at most: by
 *     drains, rebalancing and base campaigns together, save those that override
 */
public record ClusterSettings(
    String domain,
    String defaultBaseLine,
    NodePools pools,
    RebalanceSettings rebalance,
    int movesPerSecond) {
  /** A single machine starts some tens a second, a thousand nodes some thousands. */
  public static final int MOVES_PER_SECOND = 1_000;

  public static final int MAX_MOVES_PER_SECOND = 100_000;

  public ClusterSettings {
    if (movesPerSecond < 1 || movesPerSecond > MAX_MOVES_PER_SECOND) {
      throw new IllegalArgumentException(
          "moves.per-second must be 1 to %d, not %d"
              .formatted(MAX_MOVES_PER_SECOND, movesPerSecond));
    }
  }

  public ClusterSettings(String domain, String defaultBaseLine, NodePools pools) {
    this(domain, defaultBaseLine, pools, RebalanceSettings.DEFAULT, MOVES_PER_SECOND);
  }

  public ClusterSettings(String domain, String defaultBaseLine) {
    this(domain, defaultBaseLine, NodePools.STANDARD);
  }

  public ClusterSettings with(RebalanceSettings other) {
    return new ClusterSettings(domain, defaultBaseLine, pools, other, movesPerSecond);
  }

  public ClusterSettings withMovesPerSecond(int other) {
    return new ClusterSettings(domain, defaultBaseLine, pools, rebalance, other);
  }

  public String defaultDomain(AppId app) {
    return app.name() + "." + app.tenant() + "." + domain;
  }
}
