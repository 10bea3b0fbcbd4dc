package dev.berth.scheduler.state;

/** Campaigns are numbered from 1 over the whole cluster; a number is never given twice. */
public record CampaignId(long number) implements Comparable<CampaignId> {
  public CampaignId {
    if (number < 1) {
      throw new IllegalArgumentException("campaigns are numbered from 1, not " + number);
    }
  }

  @Override
  public int compareTo(CampaignId other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return "c" + number;
  }
}
