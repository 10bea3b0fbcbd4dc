package dev.berth.router.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** What a client asked for, kept from before its head was rewritten. */
record Asked(
    HttpMethod method,
    String authority,
    String path,
    String requestId,
    @Nullable String traceParent,
    boolean http10,
    boolean keepAlive,
    boolean webSocket,
    boolean hasBody,
    boolean repeatable,
    boolean wantsHtml) {

  private static final long MAX_UNREPEATABLE_IDLE_NANOS = 500_000_000L;

  static Asked of(HttpRequest request, String requestId) {
    HttpHeaders headers = request.headers();
    HttpMethod method = request.method();
    boolean absolute = Targets.isAbsolute(request.uri());
    String host = headers.get(HttpHeaderNames.HOST, "");
    boolean hasBody =
        headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
            || !headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
    String accept = headers.get(HttpHeaderNames.ACCEPT);
    return new Asked(
        method,
        absolute ? Targets.authority(request.uri()) : host,
        absolute ? Targets.path(request.uri()) : request.uri(),
        requestId,
        headers.get("traceparent"),
        !request.protocolVersion().equals(HttpVersion.HTTP_1_1),
        HttpUtil.isKeepAlive(request),
        !hasBody && isWebSocket(request),
        hasBody,
        isIdempotent(method) || headers.contains(ForwardedHead.IDEMPOTENCY_KEY),
        accept != null && accept.contains("text/html"));
  }

  /** What may not be sent twice goes over a connection that was in use just now, or a new one. */
  long maxIdleNanos(ProxyTimeouts limit) {
    long max = limit.upstreamIdle().toNanos();
    return repeatable ? max : Math.min(max, MAX_UNREPEATABLE_IDLE_NANOS);
  }

  boolean head() {
    return method.equals(HttpMethod.HEAD);
  }

  private static boolean isIdempotent(HttpMethod method) {
    return method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || method.equals(HttpMethod.OPTIONS)
        || method.equals(HttpMethod.PUT)
        || method.equals(HttpMethod.DELETE);
  }

  private static boolean isWebSocket(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return headers.contains(HttpHeaderNames.UPGRADE)
        && HttpHeaderValues.WEBSOCKET.contentEqualsIgnoreCase(headers.get(HttpHeaderNames.UPGRADE))
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
        && request.method().equals(HttpMethod.GET)
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1);
  }
}
