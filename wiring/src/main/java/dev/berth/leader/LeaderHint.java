package dev.berth.leader;

import dev.berth.proto.v1.Refusal;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a scheduler that does not lead says about who does.
 *
 * @param leader host:port, if it knows
 */
public record LeaderHint(Optional<String> leader) {
  private static final Metadata.Key<Refusal> REFUSAL =
      Metadata.Key.of(
          "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance()));
  private static final String NOT_LEADING = "NOT_LEADING";
  private static final Pattern HOST_PORT =
      Pattern.compile("(\\[[0-9A-Fa-f:.]{2,45}]|[0-9A-Za-z.-]{1,253}):[0-9]{1,5}");

  /** Empty when the call failed for another reason than that the scheduler does not lead. */
  public static Optional<LeaderHint> in(Throwable failure) {
    Metadata trailers = Status.trailersFromThrowable(failure);
    Refusal refusal = trailers == null ? null : trailers.get(REFUSAL);
    return refusal == null || !refusal.getCode().equals(NOT_LEADING)
        ? Optional.empty()
        : Optional.of(
            new LeaderHint(Optional.of(refusal.getLeader()).filter(LeaderHint::isAddress)));
  }

  /** Whether it is written as host:port; a host of IPv6 stands in brackets. */
  public static boolean isAddress(String text) {
    return HOST_PORT.matcher(text).matches()
        && Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)) <= 65_535;
  }
}
