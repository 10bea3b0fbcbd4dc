package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.VerificationReport;
import dev.berth.proto.v1.VerifyWanted;
import dev.berth.scheduler.state.NodeId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks agents to try their nodes' defences, and gives what they found to who asked.
 *
 * <p>At most one run for somebody on a node at a time; a caller who leaves does not end it. Every
 * question ends: with the answer, with the stream that it went out on, or with the time allowed.
 * Thread-safe.
 */
public final class Verifications {
  /** A full run on a busy host takes tens of seconds. */
  static final Duration LONGEST = Duration.ofMinutes(5);

  private final Dispatch dispatch;
  private final Map<NodeId, Asked> running = new ConcurrentHashMap<>();
  private final AtomicLong lastRequest = new AtomicLong();

  /** What comes of a question. */
  public sealed interface Answer {
    record Found(VerificationReport report) implements Answer {}

    /** There is no stream to the node's agent, or it broke off. */
    record Unreachable(String reason) implements Answer {}

    /** Somebody else's run is not over. */
    record Busy() implements Answer {}

    record TimedOut(Duration after) implements Answer {}
  }

  private record Asked(long request, long connection, CompletableFuture<Answer> answer) {}

  public Verifications(Dispatch dispatch) {
    this.dispatch = dispatch;
  }

  /** Never completes exceptionally. */
  public CompletableFuture<Answer> ask(NodeId node, boolean full) {
    AgentStream stream = dispatch.term().map(term -> term.agent(node)).orElse(null);
    if (stream == null) {
      return done(new Answer.Unreachable("its agent is not connected"));
    }
    var asked =
        new Asked(lastRequest.incrementAndGet(), stream.connection(), new CompletableFuture<>());
    if (running.putIfAbsent(node, asked) != null) {
      return done(new Answer.Busy());
    }
    // First in the map, then on the way, then in the map no more: an answer finds its question.
    var answer =
        asked
            .answer()
            .completeOnTimeout(new Answer.TimedOut(LONGEST), LONGEST.toSeconds(), TimeUnit.SECONDS)
            .whenComplete((_, _) -> running.remove(node, asked));
    var wanted = VerifyWanted.newBuilder().setRequestId(asked.request()).setFull(full).build();
    if (!stream.wantVerification(wanted)) {
      asked.answer().complete(new Answer.Unreachable("its agent is too far behind to be asked"));
    } else if (dispatch.term().map(term -> term.agent(node)).orElse(null) != stream) {
      ended(node, stream.connection()); // it ended before the question was noted
    }
    return answer;
  }

  /** An agent says what it found; an answer to no question of this node is passed over. */
  void answered(NodeId node, long request, VerificationReport report) {
    Asked asked = running.get(node);
    if (asked != null && asked.request() == request) {
      asked.answer().complete(new Answer.Found(report));
    }
  }

  void ended(NodeId node, long connection) {
    Asked asked = running.get(node);
    if (asked != null && asked.connection() == connection) {
      asked
          .answer()
          .complete(new Answer.Unreachable("the stream to its agent broke off meanwhile"));
    }
  }

  private static CompletableFuture<Answer> done(Answer answer) {
    return CompletableFuture.completedFuture(answer);
  }
}
