package dev.berth.router.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says which requests two parsers could read differently; those are refused.
 *
 * <p>The decoder's own checks come first; here is what it lets through. Stateless.
 */
final class RequestRules {
  private static final String NAMES_OF_FRAMING = "Connection names a header that it must not";

  private RequestRules() {}

  /** A status for the client and the reason in words. */
  record Refusal(int status, String reason) {}

  static @Nullable Refusal check(HttpRequest request, ProxyLimits limits) {
    if (request.decoderResult().isFailure()) {
      return undecodable(request.decoderResult().cause(), limits);
    }
    if (request.headers().size() > limits.headers()) {
      return new Refusal(
          431, "it has " + request.headers().size() + " headers; at most " + limits.headers());
    }
    HttpVersion version = request.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return new Refusal(505, "its version is " + version + "; HTTP/1.1 and HTTP/1.0 are spoken");
    }
    Refusal method = checkMethod(request.method());
    if (method != null) {
      return method;
    }
    String reason = checkTarget(request);
    if (reason == null) {
      reason = checkHost(request);
    }
    if (reason == null) {
      reason = checkFraming(request);
    }
    return reason == null ? null : new Refusal(400, reason);
  }

  private static Refusal undecodable(Throwable cause, ProxyLimits limits) {
    if (cause instanceof TooLongHttpLineException) {
      return new Refusal(414, "its first line is longer than " + limits.lineBytes() + " bytes");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return new Refusal(431, "its headers are longer than " + limits.headBytes() + " bytes");
    }
    return new Refusal(
        400,
        ClientDecoder.FOLDED.equals(cause.getMessage())
            ? ClientDecoder.FOLDED
            : "its head cannot be parsed");
  }

  private static @Nullable Refusal checkMethod(HttpMethod method) {
    if (method.equals(HttpMethod.CONNECT) || method.equals(HttpMethod.TRACE)) {
      return new Refusal(405, "the method " + method + " is not forwarded");
    }
    String name = method.name();
    if (name.length() > 32) {
      return new Refusal(400, "its method is longer than 32 characters");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if ((c < 'A' || c > 'Z') && c != '-' && c != '_') {
        return new Refusal(400, "its method is not written in capital letters");
      }
    }
    return null;
  }

  private static @Nullable String checkTarget(HttpRequest request) {
    String uri = request.uri();
    for (int i = 0; i < uri.length(); i++) {
      char c = uri.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#') {
        return "its target has a character that must be percent-encoded";
      }
    }
    if (uri.startsWith("/") || Targets.isAbsolute(uri)) {
      return null;
    }
    return uri.equals("*") && request.method().equals(HttpMethod.OPTIONS)
        ? null
        : "its target does not begin with \"/\"";
  }

  private static @Nullable String checkHost(HttpRequest request) {
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    return switch (hosts.size()) {
      case 0 -> "it has no Host header";
      case 1 -> null;
      default -> "it has more than one Host header";
    };
  }

  private static @Nullable String checkFraming(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
      if (encodings.size() != 1 || !encodings.getFirst().equalsIgnoreCase("chunked")) {
        return "its Transfer-Encoding is not exactly \"chunked\"";
      }
      if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
        return "it has both Content-Length and Transfer-Encoding";
      }
    }
    if (headers.contains(HttpHeaderNames.CONNECTION)
        && (names(headers, HttpHeaderNames.HOST)
            || names(headers, HttpHeaderNames.CONTENT_LENGTH)
            || names(headers, HttpHeaderNames.TRANSFER_ENCODING))) {
      return NAMES_OF_FRAMING;
    }
    if (headers.contains(HttpHeaderNames.EXPECT)
        && !headers.containsValue(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE, true)) {
      return "it expects something else than 100-continue";
    }
    return null;
  }

  private static boolean names(HttpHeaders headers, CharSequence name) {
    return headers.containsValue(HttpHeaderNames.CONNECTION, name, true);
  }
}
