package dev.berth.scheduler.campaign;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Campaign.Phase;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodeImages;
import dev.berth.scheduler.state.Placement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which nodes have a campaign's image already. A ready node needs it that has an instance on the
 * line; any other fetches it when an instance comes.
 *
 * <p>So that a large fleet does not fetch all at once, at most {@value #AT_A_TIME} nodes that lack
 * it are asked at a time; one that has a problem goes on trying and holds up no other.
 */
public record Prefetch(List<NodeId> holding, List<Lacking> lacking) {
  static final int AT_A_TIME = 100;

  /** A node that does not have it yet; the reason is empty while it is fetching or waits. */
  public record Lacking(NodeId node, String reason) {}

  public static Prefetch of(Campaign campaign, ClusterState state, Actual actual) {
    Digest digest =
        state
            .base(campaign.course().line(), campaign.course().to())
            .map(BaseVersion::digest)
            .orElse(null);
    List<NodeId> holding = new ArrayList<>();
    List<Lacking> lacking = new ArrayList<>();
    for (NodeId node : state.nodes().keySet()) {
      if (digest == null || !isConcerned(node, campaign.course().line(), state, actual)) {
        continue;
      }
      if (actual.isHolding(node, digest)) {
        holding.add(node);
      } else {
        NodeImages images = actual.images().get(node);
        lacking.add(new Lacking(node, images == null ? "" : images.problem()));
      }
    }
    return new Prefetch(List.copyOf(holding), List.copyOf(lacking));
  }

  private static boolean isConcerned(NodeId node, String line, ClusterState state, Actual actual) {
    if (actual.liveness(node) != Actual.Liveness.READY) {
      return false;
    }
    for (Placement placement : state.placements().on(node)) {
      if (placement.wanted().baseLine().equals(line)) {
        return true;
      }
    }
    return false;
  }

  /** What each node should hold because of campaigns; nodes that should hold nothing are absent. */
  public static Map<NodeId, List<Digest>> wanted(ClusterState state, Actual actual) {
    Map<NodeId, List<Digest>> wanted = new HashMap<>();
    for (Campaign campaign : state.campaigns().values()) {
      if (!campaign.isOver()) {
        List<Digest> images = images(campaign, state);
        for (NodeId node : of(campaign, state, actual).asked(campaign)) {
          wanted.computeIfAbsent(node, _ -> new ArrayList<>()).addAll(images);
        }
      }
    }
    return wanted;
  }

  /** Where it leads, and where it would go back to. */
  private static List<Digest> images(Campaign campaign, ClusterState state) {
    List<Digest> images = new ArrayList<>();
    for (int number : new int[] {campaign.course().to(), campaign.course().from()}) {
      state.base(campaign.course().line(), number).ifPresent(it -> images.add(it.digest()));
    }
    return images;
  }

  private List<NodeId> asked(Campaign campaign) {
    List<NodeId> asked = new ArrayList<>(holding);
    int fetching = 0;
    for (Lacking node : lacking) {
      boolean isTroubled = !node.reason().isEmpty();
      if (isTroubled || campaign.standing().phase() != Phase.PREFETCHING || fetching < AT_A_TIME) {
        asked.add(node.node());
        fetching += isTroubled ? 0 : 1;
      }
    }
    return asked;
  }

  public int nodes() {
    return holding.size() + lacking.size();
  }

  /** "3 of 4 nodes hold the image". */
  String words() {
    return "%d of %d nodes hold the image".formatted(holding.size(), nodes());
  }
}
