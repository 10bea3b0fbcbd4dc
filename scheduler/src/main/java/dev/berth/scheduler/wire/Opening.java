package dev.berth.scheduler.wire;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Opens the incoming half of a stream, or ends the call with the refusal that prevented it. */
public final class Opening {
  private Opening() {}

  public static <Q> StreamObserver<Q> of(
      StreamObserver<?> out, Supplier<? extends StreamObserver<Q>> opened) {
    try {
      return opened.get();
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
      return new Ignoring<>();
    }
  }

  /** For what a caller still sends after it was refused. */
  private static final class Ignoring<Q> implements StreamObserver<Q> {
    @Override
    public void onNext(Q message) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
