package dev.berth.scheduler.state;

import org.pcollections.TreePMap;

/** What operators have said of a node; its agent does not know it. */
public record NodePolicy(TreePMap<String, String> labels, boolean isCordoned) {
  public static final NodePolicy NONE = new NodePolicy(TreePMap.empty(), false);

  public NodePolicy withLabels(TreePMap<String, String> other) {
    return new NodePolicy(other, isCordoned);
  }

  public NodePolicy cordoned(boolean cordoned) {
    return new NodePolicy(labels, cordoned);
  }
}
