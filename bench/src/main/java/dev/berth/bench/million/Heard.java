package dev.berth.bench.million;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.berth.proto.v1.AgentLinkGrpc;
import dev.berth.proto.v1.AgentMessage;
import dev.berth.proto.v1.DesiredDelta;
import dev.berth.proto.v1.Order;
import dev.berth.proto.v1.SchedulerMessage;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the scheduler says to an agent.
 *
 * <p>Of an order in a delta only what a simulated agent obeys is taken apart; what a container is
 * made of is left as it came. Ten thousand hosts would do that with ten thousand cpus, and here it
 * would be taken from the scheduler's. All else is read as a whole. Immutable.
 */
sealed interface Heard {
  /** Anything but a delta. */
  record Whole(SchedulerMessage message) implements Heard {}

  record Delta(long epoch, long fromRevision, long revision, List<Told> orders, List<Long> dropped)
      implements Heard {}

  /** An order, and all of it for who asks. */
  record Told(long placement, boolean isStop, Supplier<Order> whole) {
    static Told of(Order order) {
      return new Told(order.getPlacementId(), order.getTarget() == Order.Target.STOP, () -> order);
    }
  }

  /** AgentLink.Connect, read in this way. */
  MethodDescriptor<AgentMessage, Heard> CONNECT =
      AgentLinkGrpc.getConnectMethod().<AgentMessage, Heard>toBuilder(
              AgentLinkGrpc.getConnectMethod().getRequestMarshaller(), new Reading())
          .build();

  /** Never asked to write. */
  final class Reading implements MethodDescriptor.Marshaller<Heard> {
    @Override
    public InputStream stream(Heard value) {
      return new ByteArrayInputStream(new byte[0]);
    }

    @Override
    public Heard parse(InputStream stream) {
      try {
        byte[] message = stream.readAllBytes();
        CodedInputStream in = CodedInputStream.newInstance(message);
        if (in.readTag() == tag(SchedulerMessage.DESIRED_DELTA_FIELD_NUMBER)) {
          var _ = in.pushLimit(in.readRawVarint32());
          return delta(in, message);
        }
        return new Whole(SchedulerMessage.parseFrom(message));
      } catch (IOException damaged) {
        throw Status.INTERNAL.withCause(damaged).asRuntimeException();
      }
    }

    private static int tag(int field) {
      return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
    }

    private static Delta delta(CodedInputStream in, byte[] message) throws IOException {
      long epoch = 0;
      long fromRevision = 0;
      long revision = 0;
      List<Told> orders = new ArrayList<>();
      List<Long> dropped = new ArrayList<>();
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case DesiredDelta.EPOCH_FIELD_NUMBER -> epoch = in.readUInt64();
          case DesiredDelta.FROM_REVISION_FIELD_NUMBER -> fromRevision = in.readUInt64();
          case DesiredDelta.REVISION_FIELD_NUMBER -> revision = in.readUInt64();
          case DesiredDelta.ORDERS_FIELD_NUMBER -> orders.add(told(in, message));
          case DesiredDelta.DROPPED_FIELD_NUMBER -> {
            int limit = in.pushLimit(in.readRawVarint32());
            while (in.getBytesUntilLimit() > 0) {
              dropped.add(in.readUInt64());
            }
            in.popLimit(limit);
          }
          default -> {
            boolean _ = in.skipField(tag);
          }
        }
      }
      return new Delta(epoch, fromRevision, revision, orders, dropped);
    }

    private static Told told(CodedInputStream in, byte[] message) throws IOException {
      int length = in.readRawVarint32();
      int from = in.getTotalBytesRead();
      int limit = in.pushLimit(length);
      long placement = 0;
      boolean isStop = false;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case Order.PLACEMENT_ID_FIELD_NUMBER -> placement = in.readUInt64();
          case Order.TARGET_FIELD_NUMBER -> isStop = in.readEnum() == Order.Target.STOP_VALUE;
          default -> {
            boolean _ = in.skipField(tag);
          }
        }
      }
      in.popLimit(limit);
      return new Told(placement, isStop, () -> whole(message, from, length));
    }

    private static Order whole(byte[] message, int from, int length) {
      try {
        return Order.parser().parseFrom(message, from, length);
      } catch (InvalidProtocolBufferException damaged) {
        throw new IllegalStateException(damaged);
      }
    }
  }
}
