package dev.berth.scheduler.state;

/** What is durable beside the tenants' things: how the cluster itself is kept. */
public record Upkeep(FreezeOrder freeze, Answers answers) {
  public static final Upkeep NONE = new Upkeep(FreezeOrder.NONE, Answers.NONE);

  Upkeep with(FreezeOrder order) {
    return new Upkeep(order, answers);
  }

  Upkeep with(GivenAnswer answer) {
    return new Upkeep(freeze, answers.with(answer));
  }

  Upkeep withoutAnswer(long sequence) {
    return new Upkeep(freeze, answers.without(sequence));
  }
}
