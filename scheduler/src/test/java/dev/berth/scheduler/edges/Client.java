package dev.berth.scheduler.edges;

import com.google.protobuf.ByteString;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.BaseServiceGrpc;
import dev.berth.proto.v1.CreateAppRequest;
import dev.berth.proto.v1.CreateReleaseRequest;
import dev.berth.proto.v1.CreateTenantRequest;
import dev.berth.proto.v1.InstanceList;
import dev.berth.proto.v1.ListInstancesRequest;
import dev.berth.proto.v1.PublishBaseRequest;
import dev.berth.proto.v1.PublishBaseResponse;
import dev.berth.proto.v1.Refusal;
import dev.berth.proto.v1.ReleaseServiceGrpc;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.ScaleRequest;
import dev.berth.proto.v1.TenantServiceGrpc;
import dev.berth.proto.v1.UploadSlugRequest;
import dev.berth.proto.v1.UploadSlugResponse;
import dev.berth.scheduler.blobs.Sha256;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** What a caller does, in words. */
record Client(Channel channel) {
  static AppName name(String tenant, String app) {
    return AppName.newBuilder().setTenant(tenant).setApp(app).build();
  }

  AppServiceGrpc.AppServiceBlockingStub apps() {
    return AppServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  /** The new tenant's token. */
  String createTenant(String name) {
    return TenantServiceGrpc.newBlockingStub(channel)
        .createTenant(CreateTenantRequest.newBuilder().setName(name).build())
        .getToken();
  }

  void createApp(String tenant, String app) {
    var _ = apps().createApp(CreateAppRequest.newBuilder().setName(name(tenant, app)).build());
  }

  void scale(AppName name, String type, int count) {
    ScaleChange change = ScaleChange.newBuilder().setProcessType(type).setCount(count).build();
    var _ = apps().scale(ScaleRequest.newBuilder().setName(name).addChanges(change).build());
  }

  InstanceList instances(AppName name) {
    return apps().listInstances(ListInstancesRequest.newBuilder().setName(name).build());
  }

  PublishBaseResponse publishBase(String line, byte[] bytes) {
    PublishBaseRequest header =
        PublishBaseRequest.newBuilder()
            .setHeader(
                PublishBaseRequest.Header.newBuilder()
                    .setLine(line)
                    .setDigest(Sha256.of(bytes).hex())
                    .setBytes(bytes.length))
            .build();
    return send(
        out -> BaseServiceGrpc.newStub(channel).publishBase(out),
        header,
        PublishBaseRequest.newBuilder().setChunk(ByteString.copyFrom(bytes)).build());
  }

  UploadSlugResponse upload(AppName name, byte[] tar, String digest) {
    UploadSlugRequest header =
        UploadSlugRequest.newBuilder()
            .setHeader(
                UploadSlugRequest.Header.newBuilder()
                    .setName(name)
                    .setTarDigest(digest)
                    .setTarBytes(tar.length))
            .build();
    return send(
        out -> ReleaseServiceGrpc.newStub(channel).uploadSlug(out),
        header,
        UploadSlugRequest.newBuilder().setChunk(ByteString.copyFrom(tar)).build());
  }

  void deploy(AppName name, byte[] tar) {
    String slug = upload(name, tar, Sha256.of(tar).hex()).getSlugDigest();
    var _ =
        ReleaseServiceGrpc.newBlockingStub(channel)
            .createRelease(
                CreateReleaseRequest.newBuilder().setName(name).setSlugDigest(slug).build());
  }

  private static <Q, A> A send(
      Function<StreamObserver<A>, StreamObserver<Q>> open, Q header, Q chunk) {
    Answer<A> answer = new Answer<>();
    StreamObserver<Q> out = open.apply(answer);
    out.onNext(header);
    out.onNext(chunk);
    out.onCompleted();
    return answer.get();
  }

  /** The refusal by which a call ends. */
  static Refusal refusal(Runnable call) {
    return refusalOf(failure(call));
  }

  static Status.Code code(Runnable call) {
    return failure(call).getStatus().getCode();
  }

  private static StatusRuntimeException failure(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException refused) {
      return refused;
    }
    throw new AssertionError("the call was not refused");
  }

  private static Refusal refusalOf(StatusRuntimeException refused) {
    if (refused.getTrailers() == null) {
      throw new AssertionError("no trailers", refused);
    }
    Refusal refusal = refused.getTrailers().get(Refusing.TRAILER);
    if (refusal == null) {
      throw new AssertionError("no refusal in the trailers", refused);
    }
    return refusal;
  }

  /** The one answer of a call. */
  private static final class Answer<A> implements StreamObserver<A> {
    private final CompletableFuture<A> answer = new CompletableFuture<>();

    A get() {
      try {
        return answer.get(20, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof StatusRuntimeException refused) {
          throw refused;
        }
        throw new AssertionError(e);
      } catch (InterruptedException | TimeoutException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void onNext(A message) {
      answer.complete(message);
    }

    @Override
    public void onError(Throwable failure) {
      answer.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {}
  }
}
