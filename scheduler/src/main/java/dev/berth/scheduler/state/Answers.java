package dev.berth.scheduler.state;

import java.util.Optional;
import org.pcollections.TreePMap;

/** The accepted requests that are remembered, oldest first and by key: of each key the last. */
public record Answers(TreePMap<Long, GivenAnswer> bySequence, TreePMap<String, Long> byKey) {
  public static final Answers NONE = new Answers(TreePMap.empty(), TreePMap.empty());

  public Optional<GivenAnswer> find(Caller caller, String key) {
    return Optional.ofNullable(byKey.get(GivenAnswer.keyOf(caller, key))).map(bySequence::get);
  }

  /** The next one's number. */
  public long next() {
    return bySequence.isEmpty() ? 1 : bySequence.lastKey() + 1;
  }

  /** A number that was given to another one before is that one's no more. */
  Answers with(GivenAnswer answer) {
    Answers rest = without(answer.sequence());
    return new Answers(
        rest.bySequence.plus(answer.sequence(), answer),
        rest.byKey.plus(answer.of(), answer.sequence()));
  }

  Answers without(long sequence) {
    GivenAnswer gone = bySequence.get(sequence);
    if (gone == null) {
      return this;
    }
    boolean isLast = Long.valueOf(sequence).equals(byKey.get(gone.of()));
    return new Answers(bySequence.minus(sequence), isLast ? byKey.minus(gone.of()) : byKey);
  }
}
