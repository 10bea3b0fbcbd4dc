package dev.berth.cli.client;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.proto.v1.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import org.jspecify.annotations.Nullable;

/** Turns what a call ended with into what the person is told. */
public final class Refusals {
  private static final Metadata.Key<Refusal> REFUSAL =
      Metadata.Key.of(
          "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance()));

  private Refusals() {}

  public static CommandFailure of(Status status, @Nullable Metadata trailers, String where) {
    Refusal refusal = trailers == null ? null : trailers.get(REFUSAL);
    if (refusal != null) {
      return new CommandFailure(
          exitCode(status),
          refusal.getCode(),
          refusal.getField(),
          refusal.getReason(),
          refusal.getRemedy());
    }
    String said = status.getDescription() == null ? "" : ": " + status.getDescription();
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          new CommandFailure(
              ExitCode.UNREACHABLE,
              "UNREACHABLE",
              "the cluster at " + where + " does not answer" + cause(status),
              "see berth status, or start it with berth up");
      case DEADLINE_EXCEEDED ->
          new CommandFailure(
              ExitCode.UNREACHABLE,
              "TIMEOUT",
              "the cluster at " + where + " did not answer in time",
              "see berth status; the request may still have been accepted");
      case UNAUTHENTICATED ->
          new CommandFailure(
              ExitCode.REFUSED,
              "UNAUTHENTICATED",
              "the cluster does not know you" + said,
              "run as root beside the cluster, or set BERTH_API, BERTH_TOKEN and BERTH_CA");
      case OK,
          CANCELLED,
          UNKNOWN,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNIMPLEMENTED,
          INTERNAL,
          DATA_LOSS ->
          new CommandFailure(
              ExitCode.REFUSED,
              status.getCode().name(),
              "the cluster answered " + status.getCode() + said,
              "see the scheduler's log for the cause");
    };
  }

  private static ExitCode exitCode(Status status) {
    return status.getCode() == Status.Code.UNAVAILABLE ? ExitCode.UNREACHABLE : ExitCode.REFUSED;
  }

  private static String cause(Status status) {
    Throwable cause = status.getCause();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
  }
}
