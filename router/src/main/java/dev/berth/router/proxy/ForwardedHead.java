package dev.berth.router.proxy;

import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Rewrites the heads that pass through.
 *
 * <p>What concerns one connection only is removed first, with everything that Connection names; our
 * own headers are set afterwards, so no client can take them away or forge them. Stateless.
 */
final class ForwardedHead {
  static final AsciiString REQUEST_ID = AsciiString.cached("X-Request-Id");
  static final AsciiString BERTH_ERROR = AsciiString.cached("Berth-Error");
  static final AsciiString FORWARDED_FOR = AsciiString.cached("X-Forwarded-For");
  static final AsciiString FORWARDED_PROTO = AsciiString.cached("X-Forwarded-Proto");
  static final AsciiString FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");
  static final AsciiString FORWARDED_PORT = AsciiString.cached("X-Forwarded-Port");
  static final AsciiString IDEMPOTENCY_KEY = AsciiString.cached("idempotency-key");
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString VIA = AsciiString.cached("1.1 berth");

  private ForwardedHead() {}

  static void toUpstream(HttpRequest request, Asked asked, ClientHandler client) {
    request.setProtocolVersion(HttpVersion.HTTP_1_1).setUri(asked.path());
    HttpHeaders headers = request.headers();
    removeHopByHop(headers);
    removeClaims(headers);
    headers.set(HttpHeaderNames.HOST, asked.authority());
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    headers.set(FORWARDED_FOR, client.address());
    headers.set(FORWARDED_PROTO, HTTP);
    headers.set(FORWARDED_HOST, asked.authority());
    headers.set(FORWARDED_PORT, client.localPort());
    headers.set(REQUEST_ID, asked.requestId());
    headers.add(HttpHeaderNames.VIA, VIA);
    if (asked.webSocket()) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }
  }

  /** Trailers could say what headers may not; nothing that an app needs stands there. */
  static LastHttpContent withoutTrailers(LastHttpContent last) {
    return last.trailingHeaders().isEmpty() ? last : new DefaultLastHttpContent(last.content());
  }

  static void toTunnellingClient(HttpHeaders headers, String requestId) {
    toClient(headers, requestId);
    headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
  }

  static void toClient(HttpHeaders headers, String requestId) {
    removeHopByHop(headers);
    headers.remove(BERTH_ERROR);
    headers.set(REQUEST_ID, requestId);
  }

  private static void removeHopByHop(HttpHeaders headers) {
    if (headers.contains(HttpHeaderNames.CONNECTION)) {
      List<String> values = headers.getAll(HttpHeaderNames.CONNECTION);
      headers.remove(HttpHeaderNames.CONNECTION);
      for (String value : values) {
        removeNamed(headers, value);
      }
    }
    headers.remove(KEEP_ALIVE);
    headers.remove(PROXY_CONNECTION);
    headers.remove(HttpHeaderNames.TE);
    headers.remove(HttpHeaderNames.TRAILER);
    headers.remove(HttpHeaderNames.UPGRADE);
  }

  private static void removeNamed(HttpHeaders headers, String connection) {
    if (connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close")) {
      return;
    }
    int from = 0;
    while (from <= connection.length()) {
      int comma = connection.indexOf(',', from);
      int to = comma < 0 ? connection.length() : comma;
      String name = connection.substring(from, to).strip();
      if (!name.isEmpty() && !isFraming(name)) {
        headers.remove(name);
      }
      from = to + 1;
    }
  }

  /** Requests that name these are refused before; in a response they simply stay. */
  private static boolean isFraming(String name) {
    return HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
        || HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name);
  }

  /**
   * What only the router may say, also as X_Forwarded_For: CGI-like servers take that for the same
   * header.
   */
  private static void removeClaims(HttpHeaders headers) {
    Iterator<Map.Entry<CharSequence, CharSequence>> each = headers.iteratorCharSequence();
    boolean found = false;
    while (each.hasNext() && !found) {
      found = isClaim(each.next().getKey());
    }
    if (found) {
      headers.names().stream().filter(ForwardedHead::isClaim).forEach(headers::remove);
    }
  }

  private static boolean isClaim(CharSequence name) {
    return switch (name.charAt(0)) {
      case 'x', 'X' ->
          isWritten(name, "x-forwarded-", true)
              || isWritten(name, "x-real-ip", false)
              || isWritten(name, "x_request-id", false);
      case 'f', 'F' -> isWritten(name, "forwarded", false);
      case 'p', 'P' ->
          isWritten(name, "proxy", false) || isWritten(name, "proxy-authorization", false);
      case 'c', 'C' -> isWritten(name, "content_length", false);
      case 't', 'T' -> isWritten(name, "transfer_encoding", false);
      default -> false;
    };
  }

  /** In any case, and with an underscore for any dash. */
  private static boolean isWritten(CharSequence name, String written, boolean prefix) {
    if (prefix ? name.length() < written.length() : name.length() != written.length()) {
      return false;
    }
    for (int i = 0; i < written.length(); i++) {
      char c = name.charAt(i);
      char wanted = written.charAt(i);
      char lower = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
      if (lower != wanted && !(lower == '_' && wanted == '-')) {
        return false;
      }
    }
    return true;
  }
}
