package dev.berth.scheduler.wire;

import dev.berth.proto.v1.Refusal;
import dev.berth.scheduler.state.Outcome.Refused;
import dev.berth.scheduler.state.RefusalCode;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.util.Optional;

/** A refusal as a gRPC status with the trailer that programs read. Pure. */
public final class Refusing {
  /** The trailer that carries a serialized {@link Refusal}. */
  public static final Metadata.Key<Refusal> TRAILER =
      Metadata.Key.of(
          "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance()));

  /** gRPC bounds all headers together; a reason is cut well below that. */
  private static final int MAX_REASON = 3000;

  private Refusing() {}

  /** The exception that ends a call with this refusal. */
  public static StatusRuntimeException asStatus(Refused refused) {
    return asStatus(refused, "");
  }

  private static StatusRuntimeException asStatus(Refused refused, String leader) {
    String reason = cut(refused.reason());
    Metadata trailers = new Metadata();
    trailers.put(
        TRAILER,
        Refusal.newBuilder()
            .setCode(refused.code().name())
            .setField(refused.field())
            .setReason(reason)
            .setRemedy(refused.remedy())
            .setLeader(leader)
            .build());
    return status(refused.code()).withDescription(firstLine(reason)).asRuntimeException(trailers);
  }

  public static StatusRuntimeException asStatus(
      RefusalCode code, String field, String reason, String remedy) {
    return asStatus(new Refused(code, field, reason, remedy));
  }

  /** The refusal of a scheduler that does not lead: nothing was done. */
  public static StatusRuntimeException notLeading(Optional<String> leader) {
    return asStatus(
        new Refused(
            RefusalCode.NOT_LEADING,
            "",
            "this scheduler does not lead the cluster at the moment",
            leader
                .map(it -> "ask the scheduler at " + it)
                .orElse("try again in a few seconds, or ask another scheduler")),
        leader.orElse(""));
  }

  private static Status status(RefusalCode code) {
    return switch (code) {
      case INVALID_NAME,
          INVALID_COUNT,
          INVALID_CONFIG,
          INVALID_DOMAIN,
          INVALID_RELEASE,
          INVALID_QUOTA,
          INVALID_EGRESS,
          INVALID_CAMPAIGN,
          INVALID_TRIAL,
          INVALID_ROLLOUT,
          INVALID_WEBHOOK,
          INVALID_REQUEST,
          SLUG_DIGEST_MISMATCH,
          STATE_INVALID,
          SLUG_TOO_LARGE,
          SLUG_INVALID,
          PROCFILE_INVALID,
          BASE_INVALID ->
          Status.INVALID_ARGUMENT;
      case TENANT_NOT_FOUND,
          APP_NOT_FOUND,
          PROCESS_TYPE_NOT_FOUND,
          INSTANCE_NOT_FOUND,
          RELEASE_NOT_FOUND,
          BASE_NOT_FOUND,
          CAMPAIGN_NOT_FOUND,
          TRIAL_NOT_FOUND,
          SIZE_NOT_FOUND,
          DOMAIN_NOT_FOUND,
          SLUG_NOT_FOUND,
          NODE_NOT_FOUND,
          PLAN_NOT_FOUND ->
          Status.NOT_FOUND;
      case TENANT_EXISTS, APP_EXISTS, DOMAIN_TAKEN, CAMPAIGN_EXISTS, TRIAL_EXISTS ->
          Status.ALREADY_EXISTS;
      case STATE_EXISTS,
          TENANT_NOT_EMPTY,
          APP_NOT_DEPLOYED,
          WEB_MISSING,
          NO_NODE_FITS,
          CAMPAIGN_OVER,
          PLANNED,
          NO_DEPLOY,
          NODE_NOT_EMPTY ->
          Status.FAILED_PRECONDITION;
      case QUOTA_EXCEEDED, LIMIT_EXCEEDED, BUSY, NODE_BUSY -> Status.RESOURCE_EXHAUSTED;
      case VERSION_CONFLICT, PLAN_CHANGED -> Status.ABORTED;
      case PERMISSION_DENIED -> Status.PERMISSION_DENIED;
      case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
      case NODE_TIMEOUT -> Status.DEADLINE_EXCEEDED;
      case NOT_LEADING, TERM_ENDED, NODE_UNREACHABLE -> Status.UNAVAILABLE;
    };
  }

  private static String cut(String reason) {
    return reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) + "..." : reason;
  }

  private static String firstLine(String reason) {
    int end = reason.indexOf('\n');
    return end < 0 ? reason : reason.substring(0, end);
  }
}
