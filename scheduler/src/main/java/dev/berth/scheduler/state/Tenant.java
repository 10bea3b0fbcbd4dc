package dev.berth.scheduler.state;

import java.time.Instant;

/** Who owns apps. The token itself is never kept, only its SHA-256. */
public record Tenant(
    TenantId id,
    Quota quota,
    EgressPolicy egress,
    Digest tokenHash,
    long version,
    Instant createdAt) {

  public Tenant withQuota(Quota newQuota) {
    return new Tenant(id, newQuota, egress, tokenHash, version + 1, createdAt);
  }

  public Tenant withEgress(EgressPolicy newEgress) {
    return new Tenant(id, quota, newEgress, tokenHash, version + 1, createdAt);
  }
}
