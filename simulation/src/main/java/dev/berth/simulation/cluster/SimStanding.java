package dev.berth.simulation.cluster;

import dev.berth.agent.verify.Finding;
import dev.berth.agent.verify.Standing;
import dev.berth.agent.verify.Verification;
import dev.berth.agent.verify.VerificationRounds.Result;
import dev.berth.simulation.world.SimProcess;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a node's tries of its defences have come to: well, unless a fault says otherwise. */
public final class SimStanding implements Standing {
  private static final long FIRST_MICROS = 1_500_000;

  private final SimProcess process;
  private boolean passes = true;
  private @Nullable Result standing;
  private Consumer<Result> listener = _ -> {};

  SimStanding(SimProcess process) {
    this.process = process;
  }

  void begin() {
    standing = null;
    process.later(FIRST_MICROS, "verified", this::tryAgain);
  }

  /** From now on its checks fail, or pass again. */
  public void passes(boolean now) {
    passes = now;
    if (process.isUp()) {
      process.run(this::tryAgain);
    }
  }

  private void tryAgain() {
    var finding = new Finding("simulated", "every layer", "it holds", "it was", true, passes);
    var result = new Result(process.clock().instant(), new Verification(List.of(finding), 1, true));
    standing = result;
    listener.accept(result);
  }

  @Override
  public void onChange(Consumer<Result> heard) {
    listener = heard;
  }

  @Override
  public Optional<Result> standing() {
    return Optional.ofNullable(standing);
  }

  @Override
  public boolean ask(boolean full, Predicate<Result> answer) {
    return false;
  }
}
