package dev.berth.scheduler.state;

import org.jspecify.annotations.Nullable;

/** The answer to a command. */
public sealed interface Outcome {
  record Accepted(Result result) implements Outcome {}

  record Refused(RefusalCode code, String field, String reason, String remedy) implements Outcome {}

  /** What an accepted command made. */
  sealed interface Result {
    record Done() implements Result {}

    record TenantResult(Tenant tenant) implements Result {}

    record AppResult(App app) implements Result {}

    record CampaignResult(Campaign campaign) implements Result {}

    record TrialResult(Trial trial) implements Result {}

    /** The release is absent when a config change found none to follow. */
    record ReleaseResult(App app, @Nullable Release release) implements Result {}

    record NodeResult(KnownNode node) implements Result {}

    record Restarting(int instances) implements Result {}

    /** {@code created} is false when that digest was the newest version already. */
    record BaseResult(String line, BaseVersion version, boolean created) implements Result {}
  }
}
