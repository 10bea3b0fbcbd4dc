package dev.berth.agent.control;

import dev.berth.agent.oom.MemoryKills;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Cause;
import dev.berth.agent.reconcile.Oom;
import dev.berth.agent.reconcile.Report;
import dev.berth.agent.runtime.Ended;
import dev.berth.agent.runtime.HostException;
import dev.berth.agent.runtime.Launched;
import dev.berth.agent.runtime.Usage;

/** The host's words in those of the reconciler. */
final class HostReports {
  private HostReports() {}

  static Report started(Launched launched) {
    return new Report.Started(new Address(launched.address(), launched.port()));
  }

  static Report startFailed(HostException failure) {
    Cause cause =
        switch (failure.kind()) {
          case UNVERIFIED -> Cause.UNVERIFIED;
          case IMAGE, TENANT, EXHAUSTED, NODE -> Cause.START_FAILED;
        };
    return new Report.StartFailed(cause, String.valueOf(failure.getMessage()));
  }

  static Report ended(Ended ended, String lastWords) {
    return new Report.Ended(
        ended.exitCode(), oom(ended.memory()), ended.pidsLimitHits(), lastWords);
  }

  static Report counted(Usage usage) {
    return new Report.Counted(oom(usage.memoryKills()), usage.pidsLimitHits());
  }

  private static Oom oom(MemoryKills kills) {
    return new Oom(kills.count(), kills.killedMain(), kills.words());
  }
}
