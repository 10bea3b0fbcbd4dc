package dev.berth.router.proxy;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Keeps the request id that a client chose if it is harmless, and makes one otherwise. */
final class RequestIds {
  private static final int MAX_LENGTH = 128;
  private static final HexFormat HEX = HexFormat.of();

  private RequestIds() {}

  static String keptOrMade(@Nullable String fromClient, long high, long low) {
    return fromClient != null && isHarmless(fromClient)
        ? fromClient
        : HEX.toHexDigits(high).concat(HEX.toHexDigits(low));
  }

  private static boolean isHarmless(String id) {
    if (id.isEmpty() || id.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean fits =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || c == '_'
              || c == '.';
      if (!fits) {
        return false;
      }
    }
    return true;
  }
}
