package dev.berth.scheduler.api;

import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.PlanResponse;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import dev.berth.scheduler.wire.Values;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every service takes a request: reads are answered from the last committed snapshot,
 * commands by the loop. Thread-safe.
 */
final class Desk {
  private static final Logger log = LoggerFactory.getLogger(Desk.class);

  private final Leadership leadership;
  private final PlanBook plans;

  Desk(Leadership leadership, PlanBook plans) {
    this.leadership = leadership;
    this.plans = plans;
  }

  /** One request on its way: who asks, and what the cluster is like. */
  record Asked(Caller caller, Control control, Snapshot snapshot) {
    /** The app, if there is one that the caller may see; else it ends the call with NOT_FOUND. */
    App app(dev.berth.proto.v1.AppName name) {
      return AppId.lookup(name.getTenant(), name.getApp())
          .filter(id -> caller.maySee(id.tenant()))
          .flatMap(id -> snapshot.state().app(id))
          .orElseThrow(() -> notFound(Values.appName(name).toString()));
    }

    private StatusRuntimeException notFound(String name) {
      return Refusing.asStatus(
          RefusalCode.APP_NOT_FOUND,
          "name",
          "there is no app " + name,
          "list your apps with: berth apps list");
    }

    /** Ends the call unless an operator asks. */
    void requireOperator(String what) {
      if (!(caller instanceof Caller.Operator)) {
        throw Refusing.asStatus(
            RefusalCode.PERMISSION_DENIED,
            "",
            "only operators may " + what,
            "ask an operator of this cluster");
      }
    }
  }

  /** Makes an answer; may read files. */
  @FunctionalInterface
  interface Answer<A> {
    A to(Asked asked) throws IOException;
  }

  /** The caller and the cluster at this moment, or the refusal that ends the call. */
  Asked asked() {
    Control control = control();
    return new Asked(Callers.current(), control, control.snapshot());
  }

  Control control() {
    return leadership.leading().orElseThrow(this::notLeading);
  }

  StatusRuntimeException notLeading() {
    return Refusing.notLeading(leadership.leaderAddress());
  }

  /** Answers from the snapshot. */
  <A> void answer(StreamObserver<A> out, Answer<A> answer) {
    A message;
    try {
      message = answer.to(asked());
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
      return;
    } catch (IOException e) {
      out.onError(broken(e));
      return;
    }
    out.onNext(message);
    out.onCompleted();
  }

  /** Gives the loop a command, and the caller what came of it. */
  <A> void submit(
      StreamObserver<A> out,
      Mutation mutation,
      Answer<Command> command,
      Function<Outcome.Result, A> encode) {
    Asked asked;
    Command made;
    try {
      asked = asked();
      made = command.to(asked);
      if (mutation.getPlanOnly()) {
        throw planned(asked, made, mutation);
      }
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
      return;
    } catch (IOException e) {
      out.onError(broken(e));
      return;
    }
    submit(out, asked, new Ready(made, Values.mutation(mutation)), encode);
  }

  /** A command as it goes to the loop. */
  record Ready(Command command, dev.berth.scheduler.state.Mutation mutation) {}

  <A> void submit(
      StreamObserver<A> out, Asked asked, Ready ready, Function<Outcome.Result, A> encode) {
    var _ =
        asked
            .control()
            .submit(ready.command(), asked.caller(), ready.mutation())
            .whenComplete((outcome, fault) -> {
              if (fault != null) {
                out.onError(Status.INTERNAL.withCause(fault).asRuntimeException());
              } else {
                finish(out, outcome, encode);
              }
            });
  }

  private StatusRuntimeException planned(Asked asked, Command command, Mutation mutation) {
    PlanResponse plan =
        plans.make(asked.snapshot(), command, Values.mutation(mutation), asked.caller());
    return plan.hasRefusal()
        ? Refusing.asStatus(
            RefusalCode.valueOf(plan.getRefusal().getCode()),
            plan.getRefusal().getField(),
            plan.getRefusal().getReason(),
            plan.getRefusal().getRemedy())
        : Refusing.asStatus(
            RefusalCode.PLANNED,
            plan.getToken(),
            "planned only, nothing was changed",
            "to do it: berth apply " + plan.getToken());
  }

  private static <A> void finish(
      StreamObserver<A> out, Outcome outcome, Function<Outcome.Result, A> encode) {
    switch (outcome) {
      case Outcome.Accepted(Outcome.Result result) -> {
        Optional<A> message = encoded(out, result, encode);
        message.ifPresent(it -> {
          out.onNext(it);
          out.onCompleted();
        });
      }
      case Outcome.Refused refused -> out.onError(Refusing.asStatus(refused));
    }
  }

  private static <A> Optional<A> encoded(
      StreamObserver<A> out, Outcome.Result result, Function<Outcome.Result, A> encode) {
    try {
      return Optional.of(encode.apply(result));
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
      return Optional.empty();
    }
  }

  /** The disk failed us; the caller may try again. */
  static StatusRuntimeException broken(IOException failure) {
    log.error("a request could not read or write the blob directory", failure);
    return Status.INTERNAL
        .withDescription("the scheduler's blob directory cannot be used; see its log")
        .asRuntimeException();
  }
}
