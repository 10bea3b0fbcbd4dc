package dev.berth.scheduler.store;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.CampaignId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.state.TrialId;
import java.util.Comparator;
import java.util.List;

/**
 * Where things are kept below the root znode. Names hold no dots, so joined names are unambiguous.
 */
record Paths(String root) {
  static final int SHARD = 64;

  static final List<String> DIRECTORIES =
      List.of(
          "tenants",
          "apps",
          "releases",
          "bases",
          "campaigns",
          "trials",
          "nodes",
          "placements",
          "upkeep",
          "answers",
          "history");

  String directory(String name) {
    return root + "/" + name;
  }

  /** The path without the root. */
  String below(String path) {
    return path.substring(root.length() + 1);
  }

  String format() {
    return root + "/format";
  }

  String epoch() {
    return root + "/epoch";
  }

  String counters() {
    return root + "/counters";
  }

  String leader() {
    return root + "/leader";
  }

  boolean isDirectory(String path) {
    return path.startsWith(root + "/") && DIRECTORIES.contains(path.substring(root.length() + 1));
  }

  /** Whether it is a znode below one of the directories. */
  boolean isEntry(String path) {
    int end = path.lastIndexOf('/');
    return end > 0 && isDirectory(path.substring(0, end));
  }

  /** The name of an entry's directory. */
  String directoryOf(String entry) {
    return entry.substring(root.length() + 1, entry.lastIndexOf('/'));
  }

  String election() {
    return root + "/election";
  }

  String tenant(TenantId id) {
    return root + "/tenants/" + id;
  }

  String app(AppId id) {
    return root + "/apps/" + dotted(id);
  }

  String release(ReleaseId id) {
    return root + "/releases/" + dotted(id.app()) + "." + id.number();
  }

  String base(String line) {
    return root + "/bases/" + line;
  }

  String campaign(CampaignId id) {
    return root + "/campaigns/" + id.number();
  }

  String trial(TrialId id) {
    return root + "/trials/" + id.number();
  }

  String node(NodeId id) {
    return root + "/nodes/" + id;
  }

  String freeze() {
    return root + "/upkeep/freeze";
  }

  String answer(long sequence) {
    return root + "/answers/" + sequence;
  }

  String placements(Shard shard) {
    return "%s/placements/%s.%s.%d"
        .formatted(root, dotted(shard.type().app()), shard.type().name(), shard.number());
  }

  String history(long segment) {
    return root + "/history/" + segment;
  }

  private static String dotted(AppId id) {
    return id.tenant() + "." + id.name();
  }

  /** Placements of up to 64 neighbouring instances, kept in one znode. */
  record Shard(ProcessTypeId type, int number) implements Comparable<Shard> {
    private static final Comparator<Shard> ORDER =
        Comparator.comparing(Shard::type).thenComparingInt(Shard::number);

    static Shard of(Placement placement) {
      return new Shard(placement.instance().type(), (placement.instance().index() - 1) / SHARD);
    }

    @Override
    public int compareTo(Shard other) {
      return ORDER.compare(this, other);
    }
  }
}
