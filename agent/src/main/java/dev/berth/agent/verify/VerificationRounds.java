package dev.berth.agent.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the node's defences tried: at the start, every so often, and when somebody asks.
 *
 * <p>One run at a time, on its own virtual thread. What was found stands until the same check is
 * tried again; the full list replaces everything. A run that breaks off shows nothing, and counts
 * as a failed check. While a check fails, the full list is tried again after 5 s, then after 10, 20
 * and so on up to the interval. Tells of changes only. Thread-safe.
 */
public final class VerificationRounds implements Standing, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VerificationRounds.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final int MOST_WAITING = 16;
  private static final String CHECKS_RAN = "checks-ran";

  /** What a run found, or what stands after several. */
  public record Result(Instant at, Verification verification) {
    /** The required checks that failed, by name. */
    public List<String> failed() {
      return verification.findings().stream()
          .filter(finding -> finding.required() && !finding.passed())
          .map(Finding::name)
          .sorted()
          .toList();
    }
  }

  private record Asked(boolean full, Predicate<Result> answer) {}

  private final NodeVerifier verifier;
  private final InstantSource clock;
  private final Duration interval;
  private final FailedChecks failedChecks;
  private final BlockingQueue<Asked> asked = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Thread thread;
  private volatile @Nullable Result standing;
  private volatile Consumer<Result> listener = _ -> {};

  /** {@code file} keeps the names of failed checks over restarts. */
  public VerificationRounds(
      NodeVerifier verifier, InstantSource clock, Duration interval, Path file) {
    this.verifier = verifier;
    this.clock = clock;
    this.interval = interval;
    this.failedChecks = new FailedChecks(file);
    this.thread = Thread.ofVirtual().name("verification").unstarted(this::run);
  }

  public void start() {
    thread.start();
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
    return asked.offer(new Asked(full, answer));
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      round(new Asked(!failedChecks.isEmpty(), _ -> false));
      Duration pause = interval;
      while (true) {
        Asked next = asked.poll(pause.toMillis(), TimeUnit.MILLISECONDS);
        boolean failed = !standing().map(Result::failed).orElse(List.of()).isEmpty();
        round(next == null ? new Asked(failed, _ -> false) : next);
        pause = pause(pause);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration pause(Duration before) {
    if (standing().map(it -> it.failed().isEmpty()).orElse(false)) {
      return interval;
    }
    Duration longer = before.equals(interval) ? FIRST_PAUSE : before.multipliedBy(2);
    return longer.compareTo(interval) < 0 ? longer : interval;
  }

  private void round(Asked question) throws InterruptedException {
    Result made = new Result(clock.instant(), attempt(question.full()));
    Result before = standing;
    Result after = before == null ? made : after(before, made);
    boolean isNew = before == null || !before.failed().equals(after.failed());
    if (isNew) {
      keep(after.failed());
    }
    standing = after;
    if (!question.answer().test(made) && isNew) {
      listener.accept(after);
    }
  }

  private Verification attempt(boolean full) throws InterruptedException {
    Instant from = clock.instant();
    List<Finding> findings = new ArrayList<>();
    String seen = "they were";
    try {
      findings.addAll(verifier.verify(full).findings());
    } catch (IOException | RuntimeException broken) { // shows nothing: never taken for a pass
      LOG.warn("the node's defences could not be tried", broken);
      seen = String.valueOf(broken.getMessage());
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    boolean ran = seen.equals("they were");
    findings.addFirst(
        new Finding(CHECKS_RAN, "every layer", "the checks can be tried", seen, true, ran));
    long millis = Duration.between(from, clock.instant()).toMillis();
    return new Verification(findings, millis, full && ran);
  }

  private static Result after(Result before, Result made) {
    if (made.verification().full()) {
      return made;
    }
    Map<String, Finding> byName = new LinkedHashMap<>();
    before.verification().findings().forEach(finding -> byName.put(finding.name(), finding));
    made.verification().findings().forEach(finding -> byName.put(finding.name(), finding));
    return new Result(
        made.at(),
        new Verification(
            List.copyOf(byName.values()),
            made.verification().millis(),
            before.verification().full()));
  }

  private void keep(List<String> failed) {
    if (failed.isEmpty()) {
      LOG.info("this node's defences hold");
    } else {
      LOG.error(
          "this node fails {}; it gets no new instances until it passes",
          String.join(", ", failed));
    }
    try {
      failedChecks.write(failed);
    } catch (IOException unwritten) {
      LOG.error("the failed checks cannot be stored; a restart may forget them", unwritten);
    }
  }
}
