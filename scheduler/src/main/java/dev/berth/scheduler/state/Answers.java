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

  Answers with(GivenAnswer answer) {
    return new Answers(
        bySequence.plus(answer.sequence(), answer), byKey.plus(answer.of(), answer.sequence()));
  }

  Answers without(long sequence) {
    GivenAnswer gone = bySequence.get(sequence);
    return gone == null ? this : new Answers(bySequence.minus(sequence), byKey.minus(gone.of()));
  }
}
