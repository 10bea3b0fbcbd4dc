package dev.berth.scheduler.state;

import java.time.Instant;

/**
 * Who owns apps. The token itself is never kept, only its SHA-256. Its instances go to the nodes of
 * its pool.
 */
public record Tenant(
    TenantId id,
    Quota quota,
    EgressPolicy egress,
    String pool,
    Digest tokenHash,
    long version,
    Instant createdAt) {

  /** In the default pool. */
  public Tenant(
      TenantId id,
      Quota quota,
      EgressPolicy egress,
      Digest tokenHash,
      long version,
      Instant createdAt) {
    this(id, quota, egress, NodePool.DEFAULT, tokenHash, version, createdAt);
  }

  public Tenant withQuota(Quota newQuota) {
    return new Tenant(id, newQuota, egress, pool, tokenHash, version + 1, createdAt);
  }

  public Tenant withEgress(EgressPolicy newEgress) {
    return new Tenant(id, quota, newEgress, pool, tokenHash, version + 1, createdAt);
  }

  public Tenant withPool(String newPool) {
    return new Tenant(id, quota, egress, newPool, tokenHash, version + 1, createdAt);
  }
}
