package dev.berth.scheduler.api;

import dev.berth.identity.Peer;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets only so many calls be open at a time, over all connections.
 *
 * <p>Callers whose certificate was proven (each agent keeps a stream open) have room of their own,
 * so that nobody else takes it from them. Runs inside {@link Peer}. Thread-safe.
 */
final class CallLimit implements ServerInterceptor {
  private final Semaphore proven;
  private final Semaphore others;

  CallLimit(int maxProven, int maxOthers) {
    this.proven = new Semaphore(maxProven);
    this.others = new Semaphore(maxOthers);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Semaphore room = Peer.NAME.get() == null ? others : proven;
    if (!room.tryAcquire()) {
      StatusRuntimeException busy =
          Refusing.asStatus(
              RefusalCode.BUSY, "", "too many calls are open", "close some, or try again later");
      Metadata trailers = busy.getTrailers();
      call.close(busy.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
    AtomicBoolean isOpen = new AtomicBoolean(true);
    Runnable leave =
        () -> {
          if (isOpen.getAndSet(false)) {
            room.release();
          }
        };
    try {
      return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
        @Override
        public void onCancel() {
          leave.run();
          super.onCancel();
        }

        @Override
        public void onComplete() {
          leave.run();
          super.onComplete();
        }
      };
    } catch (RuntimeException | Error fault) {
      leave.run();
      throw fault;
    }
  }
}
