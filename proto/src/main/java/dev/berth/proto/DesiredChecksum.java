package dev.berth.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.berth.proto.v1.Order;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * The checksum of a full desired state, as {@code DesiredState.checksum} wants it.
 *
 * <p>The same orders give the same checksum in whatever sequence they come and however their maps
 * are filled: orders are taken by ascending placement id (unsigned), map entries by ascending key.
 */
public final class DesiredChecksum {
  private DesiredChecksum() {}

  public static ByteString of(Collection<Order> orders) {
    List<Order> sorted =
        orders.stream()
            .sorted(Comparator.comparing(Order::getPlacementId, Long::compareUnsigned))
            .toList();
    MessageDigest sha256 = sha256();
    try (var sink = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
      CodedOutputStream out = CodedOutputStream.newInstance(sink);
      out.useDeterministicSerialization();
      for (Order order : sorted) {
        order.writeTo(out);
      }
      out.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return ByteString.copyFrom(sha256.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
