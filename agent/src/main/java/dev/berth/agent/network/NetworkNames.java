package dev.berth.agent.network;

/** The names of one node's links and tables; by these, strays are found. */
public record NetworkNames(String clusterId, int nodeNumber) {

  public String bridge() {
    return "bth" + clusterId + "-" + nodeNumber;
  }

  public String table() {
    return "berth_" + clusterId + "_" + nodeNumber;
  }

  /** All links of this node's instances start so. */
  public String linkPrefix() {
    String number = Integer.toString(nodeNumber, 36);
    return "v" + clusterId + "0".repeat(2 - number.length()) + number;
  }

  public String link(int place) {
    return linkPrefix() + Integer.toString(place, 36);
  }
}
