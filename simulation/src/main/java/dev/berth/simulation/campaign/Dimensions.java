package dev.berth.simulation.campaign;

import java.time.Duration;

/**
 * How large a fleet is rolled, and how.
 *
 * @param isEmergency whether the operator overrides the tenants' budgets and pins
 * @param longest so much virtual time after the campaign's beginning nobody looks any more
 */
public record Dimensions(
    int nodes, int instances, int tenants, boolean isEmergency, Duration longest) {
  public Dimensions {
    if (nodes < 1 || nodes > 60_000 || instances < 1 || tenants < 1) {
      throw new IllegalArgumentException(
          "a campaign is simulated with 1 to 60,000 nodes, and with instances and tenants");
    }
  }
}
