package dev.berth.scheduler.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * What a tenant deploys, as it should be.
 *
 * <p>The base version is fixed when a release is made or a campaign reaches the app: publishing a
 * base restarts nothing by itself. An app that {@code isLeaving} takes no more commands and is
 * forgotten once its last placement is gone.
 */
public record App(
    AppId id,
    long version,
    Instant createdAt,
    TreePMap<String, Formation> formation,
    TreePMap<String, String> config,
    TreePVector<String> domains,
    CurrentRelease release,
    String baseLine,
    TreePMap<String, Long> restarts,
    BaseCourse baseCourse,
    Turnover turnover,
    boolean isLeaving) {

  /** Which release is wanted, on which base version; numbers are 0 before the first deploy. */
  public record CurrentRelease(int number, int lastNumber, int baseVersion) {
    public static final CurrentRelease NONE = new CurrentRelease(0, 0, 0);

    CurrentRelease onBase(int version) {
      return new CurrentRelease(number, lastNumber, version);
    }
  }

  public static App create(AppId id, String domain, String baseLine, Instant now) {
    return new App(
        id,
        1,
        now,
        TreePMap.empty(),
        TreePMap.empty(),
        TreePVector.singleton(domain),
        CurrentRelease.NONE,
        baseLine,
        TreePMap.empty(),
        BaseCourse.NONE,
        Turnover.NONE,
        false);
  }

  public boolean isDeployed() {
    return release.number() > 0;
  }

  /** The hostname that was made with the app. */
  public String defaultDomain() {
    return domains.get(0);
  }

  /** Increases each time the instance is asked to restart. */
  public long restartToken(InstanceId instance) {
    if (restarts.isEmpty()) {
      return 0; // it is asked of every instance, and most apps were never restarted
    }
    long ofType = restarts.getOrDefault(instance.type().name(), 0L);
    return Math.max(ofType, restarts.getOrDefault(instance.shortName(), 0L));
  }

  public App withFormation(String processType, Formation wanted) {
    return with(formation.plus(processType, wanted), config, domains, release, restarts);
  }

  public App withoutFormation(String processType) {
    return with(formation.minus(processType), config, domains, release, restarts);
  }

  public App withConfig(TreePMap<String, String> newConfig) {
    return with(formation, newConfig, domains, release, restarts);
  }

  public App withDomains(TreePVector<String> newDomains) {
    return with(formation, config, newDomains, release, restarts);
  }

  public App withRelease(CurrentRelease newRelease) {
    return with(newRelease);
  }

  public App withRestarts(TreePMap<String, Long> newRestarts) {
    return with(formation, config, domains, release, newRestarts);
  }

  /** One accepted command raises the version by one, however many fields it changed. */
  public App atVersion(long newVersion) {
    return new App(
        id,
        newVersion,
        createdAt,
        formation,
        config,
        domains,
        release,
        baseLine,
        restarts,
        baseCourse,
        turnover,
        isLeaving);
  }

  /** On a campaign's way to another version of its base line. */
  public App movedBy(CampaignId campaign, int baseVersion, Instant now) {
    return with(release.onBase(baseVersion))
        .with(turnover.onBase(baseVersion))
        .withCourse(baseCourse.movedBy(campaign, release.baseVersion(), now));
  }

  /** Back from where a campaign had moved it. */
  public App returnedBy(CampaignId campaign, int baseVersion, Instant now) {
    return with(release.onBase(baseVersion))
        .with(turnover.onBase(baseVersion))
        .withCourse(baseCourse.returnedBy(campaign, release.baseVersion(), now));
  }

  public App withPin(BaseCourse.@Nullable Pin pin) {
    return withCourse(baseCourse.with(pin));
  }

  /** Nothing that its users asked for: the version stays. */
  public App withShadow(@Nullable Shadow shadow) {
    return withCourse(baseCourse.with(shadow));
  }

  /** As it was with an older release: its config and process types too, and no number is reused. */
  public App backOn(Release old, int baseVersion) {
    TreePMap<String, Formation> kept = formation;
    for (String type : formation.keySet()) {
      if (!old.processTypes().containsKey(type)) {
        kept = kept.minus(type);
      }
    }
    var current = new CurrentRelease(old.id().number(), release.lastNumber(), baseVersion);
    return with(kept, old.config(), domains, current, restarts);
  }

  /** As before its first deploy, save that no number is reused. */
  public App withoutRelease() {
    return with(new CurrentRelease(0, release.lastNumber(), 0));
  }

  public App with(Turnover other) {
    return new App(
        id,
        version,
        createdAt,
        formation,
        config,
        domains,
        release,
        baseLine,
        restarts,
        baseCourse,
        other,
        isLeaving);
  }

  public App leaving() {
    return new App(
        id,
        version,
        createdAt,
        formation,
        config,
        domains,
        release,
        baseLine,
        restarts,
        baseCourse,
        turnover,
        true);
  }

  private App with(CurrentRelease newRelease) {
    return with(formation, config, domains, newRelease, restarts);
  }

  private App withCourse(BaseCourse course) {
    return new App(
        id, version, createdAt, formation, config, domains, release, baseLine, restarts, course,
        turnover, isLeaving);
  }

  private App with(
      TreePMap<String, Formation> newFormation,
      TreePMap<String, String> newConfig,
      TreePVector<String> newDomains,
      CurrentRelease newRelease,
      TreePMap<String, Long> newRestarts) {
    return new App(
        id,
        version,
        createdAt,
        newFormation,
        newConfig,
        newDomains,
        newRelease,
        baseLine,
        newRestarts,
        baseCourse,
        turnover,
        isLeaving);
  }
}
