package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.AppReference;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.Campaign;
import dev.berth.proto.v1.Campaign.Laggard;
import dev.berth.proto.v1.Campaign.NodeLaggard;
import dev.berth.proto.v1.GetCampaignRequest;
import dev.berth.proto.v1.ListCampaignsRequest;
import dev.berth.proto.v1.PinBaseRequest;
import dev.berth.proto.v1.RollBaseRequest;
import dev.berth.proto.v1.SteerCampaignRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** A base version on its way over the fleet: begun, steered, watched. */
record CampaignCommand(Surroundings surroundings, ClusterOptions on) {
  private static final Duration EVERY = Duration.ofMillis(500);
  private static final Pattern PERCENT = Pattern.compile("[0-9]{1,3}%");

  int roll(String line, RollOptions how, WaitOptions wait) {
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      RollBaseRequest request = request(cluster, line, how);
      Campaign begun = cluster.ask(BaseServiceGrpc::newBlockingStub, it -> it.rollBase(request));
      progress.milestone(
          "Campaign c%d moves %s to v%d, in %d rings."
              .formatted(begun.getNumber(), begun.getLine(), begun.getTo(), begun.getRingsCount()));
      return wait.noWait ? told(begun) : follow(cluster, progress, begun, wait.timeout);
    }
  }

  private static RollBaseRequest request(Cluster cluster, String line, RollOptions how) {
    return RollBaseRequest.newBuilder()
        .setMutation(cluster.mutation().toBuilder().setReason(how.reason))
        .setLine(line)
        .setTo(how.to)
        .addAllRings(rings(how.rings))
        .setSoakSeconds((int) how.soak.toSeconds())
        .setOverride(how.override)
        .build();
  }

  private static List<RollBaseRequest.Ring> rings(String text) {
    var rings = new ArrayList<RollBaseRequest.Ring>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      var ring = RollBaseRequest.Ring.newBuilder();
      if (PERCENT.matcher(part).matches()) {
        ring.setPercent(Integer.parseInt(part.substring(0, part.length() - 1)));
      } else {
        for (String name : part.split("\\+", -1)) {
          ring.addApps(AppReference.parse(name, "--rings"));
        }
      }
      rings.add(ring.build());
    }
    return rings;
  }

  int steer(String line, SteerCampaignRequest.Steering steering, WaitOptions wait) {
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      SteerCampaignRequest request =
          SteerCampaignRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setLine(line)
              .setSteering(steering)
              .build();
      Campaign steered =
          cluster.ask(BaseServiceGrpc::newBlockingStub, it -> it.steerCampaign(request));
      boolean halts = steering == SteerCampaignRequest.Steering.HALT;
      return halts || wait.noWait
          ? told(steered)
          : follow(cluster, progress, steered, wait.timeout);
    }
  }

  int progress(String line) {
    try (Cluster cluster = on.open(surroundings)) {
      Campaign campaign = read(cluster, line, 0);
      Answer answer = new Answer(surroundings.terminal(), on.json);
      answer.one(campaign, () -> words(campaign));
      if (!on.json && campaign.getLaggardsCount() > 0) {
        laggards(campaign).print(surroundings.terminal());
      }
      if (!on.json && campaign.getNodeLaggardsCount() > 0) {
        nodeLaggards(campaign).print(surroundings.terminal());
      }
      return 0;
    }
  }

  int list() {
    try (Cluster cluster = on.open(surroundings)) {
      List<Campaign> campaigns =
          cluster
              .ask(
                  BaseServiceGrpc::newBlockingStub,
                  it -> it.listCampaigns(ListCampaignsRequest.getDefaultInstance()))
              .getCampaignsList();
      new Answer(surroundings.terminal(), on.json)
          .list(campaigns, () -> table(campaigns), "No campaigns yet. Next: berth bases roll LINE");
      return 0;
    }
  }

  int pin(AppName app, Duration time, String reason) {
    try (Cluster cluster = on.open(surroundings)) {
      PinBaseRequest request =
          PinBaseRequest.newBuilder()
              .setMutation(cluster.mutation().toBuilder().setReason(reason))
              .setName(app)
              .setSeconds((int) time.toSeconds())
              .build();
      var pinned = cluster.ask(BaseServiceGrpc::newBlockingStub, it -> it.pinBase(request));
      String name = app.getTenant() + "/" + app.getApp();
      new Answer(surroundings.terminal(), on.json)
          .one(
              pinned,
              () ->
                  pinned.getBasePinnedUntil() == 0
                      ? name + " may be moved by campaigns."
                      : "%s stays on %s v%d until %s."
                          .formatted(
                              name,
                              pinned.getBaseLine(),
                              pinned.getBaseVersion(),
                              Instant.ofEpochMilli(pinned.getBasePinnedUntil())));
      return 0;
    }
  }

  private int told(Campaign campaign) {
    new Answer(surroundings.terminal(), on.json).one(campaign, () -> words(campaign));
    return 0;
  }

  private int follow(Cluster cluster, Progress progress, Campaign begun, Duration timeout) {
    Instant deadline = surroundings.clock().instant().plus(timeout);
    String shown = "";
    while (true) {
      Campaign now = read(cluster, begun.getLine(), begun.getNumber());
      boolean isPrefetching = now.getPhase() == Campaign.Phase.PREFETCHING;
      String ring = phase(now) + (isPrefetching ? "" : ", ring " + now.getRings(now.getRing()));
      if (!ring.equals(shown)) {
        progress.milestone("%7s  %s".formatted(Words.seconds(progress.elapsed()), ring));
        shown = ring;
      }
      progress.state(isPrefetching ? nodes(now) : counts(now));
      if (isResting(now)) {
        progress.clear();
        return ended(now);
      }
      if (!surroundings.clock().instant().isBefore(deadline)) {
        throw new CommandFailure(
            ExitCode.NOT_SETTLED,
            "NOT_SETTLED",
            "campaign c%d was not over after %s: %s"
                .formatted(now.getNumber(), Words.length(timeout), counts(now)),
            "it goes on; see berth bases progress " + now.getLine());
      }
      LockSupport.parkNanos(EVERY.toNanos());
    }
  }

  private int ended(Campaign campaign) {
    told(campaign);
    boolean isDone = campaign.getPhase() == Campaign.Phase.DONE;
    return (isDone ? ExitCode.DONE : ExitCode.HALTED).number();
  }

  private static boolean isResting(Campaign campaign) {
    return switch (campaign.getPhase()) {
      case HALTED, DONE, ROLLED_BACK -> true;
      case PREFETCHING, ROLLING, ROLLING_BACK, PHASE_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static Campaign read(Cluster cluster, String line, long number) {
    GetCampaignRequest request =
        GetCampaignRequest.newBuilder().setLine(line).setNumber(number).build();
    return cluster.ask(BaseServiceGrpc::newBlockingStub, it -> it.getCampaign(request));
  }

  private static String words(Campaign campaign) {
    String why = campaign.getWords().isEmpty() ? "" : " (" + campaign.getWords() + ")";
    String counts = campaign.getApps() == 0 ? "" : ": " + counts(campaign) + "; " + nodes(campaign);
    return "c%d, %s to v%d, is %s%s%s."
        .formatted(
            campaign.getNumber(),
            campaign.getLine(),
            campaign.getTo(),
            phase(campaign),
            why,
            counts);
  }

  private static String counts(Campaign campaign) {
    return "%d of %d apps, %d of %d instances on v%d"
        .formatted(
            campaign.getAppsMoved(),
            campaign.getApps(),
            campaign.getInstancesMoved(),
            campaign.getInstances(),
            campaign.getTo());
  }

  private static String nodes(Campaign campaign) {
    return "%d of %d nodes hold v%d"
        .formatted(campaign.getNodesHolding(), campaign.getNodes(), campaign.getTo());
  }

  private static String phase(Campaign campaign) {
    return campaign.getPhase().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static Table laggards(Campaign campaign) {
    Table table = new Table("app", "is", "because");
    for (Laggard it : campaign.getLaggardsList()) {
      table.row(
          it.getName().getTenant() + "/" + it.getName().getApp(), it.getStanding(), it.getReason());
    }
    return table;
  }

  private static Table nodeLaggards(Campaign campaign) {
    Table table = new Table("node", "lacks the image because");
    for (NodeLaggard it : campaign.getNodeLaggardsList()) {
      table.row(it.getNode(), it.getReason().isEmpty() ? "it fetches or waits" : it.getReason());
    }
    return table;
  }

  private Table table(List<Campaign> campaigns) {
    Instant now = surroundings.clock().instant();
    Table table =
        new Table("campaign", "line", "from", "to", "phase", "ring", "began", "by", "why");
    for (Campaign it : campaigns) {
      table.row(
          "c" + it.getNumber(),
          it.getLine(),
          it.getFrom(),
          it.getTo(),
          phase(it),
          it.getRings(it.getRing()),
          Words.since(it.getBeganAt(), now),
          it.getActor(),
          it.getWords().isEmpty() ? it.getReason() : it.getWords());
    }
    return table;
  }
}
