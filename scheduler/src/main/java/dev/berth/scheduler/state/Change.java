package dev.berth.scheduler.state;

/** One step from a cluster state to the next. The only way in which the durable state changes. */
public sealed interface Change {
  record PutTenant(Tenant tenant) implements Change {}

  record RemoveTenant(TenantId tenant) implements Change {}

  record PutApp(App app) implements Change {}

  record RemoveApp(AppId app) implements Change {}

  record PutRelease(Release release) implements Change {}

  record RemoveRelease(ReleaseId release) implements Change {}

  record PutBase(BaseLine base) implements Change {}

  record PutCampaign(Campaign campaign) implements Change {}

  record RemoveCampaign(CampaignId campaign) implements Change {}

  record PutTrial(Trial trial) implements Change {}

  record RemoveTrial(TrialId trial) implements Change {}

  record PutFreeze(FreezeOrder order) implements Change {}

  /**
   * A request was accepted and remembered.
   *
   * @param changes so many changes right before this one are its effect: stored with it or not at
   *     all
   */
  record PutAnswer(GivenAnswer answer, int changes) implements Change {}

  record RemoveAnswer(long sequence) implements Change {}

  record PutNode(KnownNode node) implements Change {}

  /** Nothing may be placed there any more. */
  record RemoveNode(NodeId node) implements Change {}

  record PutPlacement(Placement placement) implements Change {}

  record RemovePlacement(Placement placement) implements Change {}

  record AddEvent(HistoryEvent event) implements Change {}
}
