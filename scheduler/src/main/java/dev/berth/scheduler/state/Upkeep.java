package dev.berth.scheduler.state;

import java.util.Optional;
import org.pcollections.TreePMap;

/** What is durable beside the tenants' things: how the cluster itself is kept. */
public record Upkeep(FreezeOrder freeze, Answers answers, TreePMap<TrialId, Trial> trials) {
  public static final Upkeep NONE = new Upkeep(FreezeOrder.NONE, Answers.NONE, TreePMap.empty());

  Upkeep with(FreezeOrder order) {
    return new Upkeep(order, answers, trials);
  }

  Upkeep with(GivenAnswer answer) {
    return new Upkeep(freeze, answers.with(answer), trials);
  }

  Upkeep withoutAnswer(long sequence) {
    return new Upkeep(freeze, answers.without(sequence), trials);
  }

  Upkeep with(Trial trial) {
    return new Upkeep(freeze, answers, trials.plus(trial.id(), trial));
  }

  Upkeep without(TrialId trial) {
    return new Upkeep(freeze, answers, trials.minus(trial));
  }

  /** The trial that is not over; there is at most one. */
  public Optional<Trial> trialUnderWay() {
    return trials.values().stream().filter(trial -> !trial.isOver()).findFirst();
  }
}
