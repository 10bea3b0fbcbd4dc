package dev.berth.router.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** What a client reads when no instance answered: the code, the reason and the next step. */
record ErrorPage(Failure failure, int status, String reason, String requestId) {
  FullHttpResponse response(boolean asHtml) {
    ByteBuf bytes =
        Unpooled.wrappedBuffer((asHtml ? html() : text()).getBytes(StandardCharsets.UTF_8));
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), bytes);
    response
        .headers()
        .set(
            HttpHeaderNames.CONTENT_TYPE,
            asHtml ? "text/html; charset=utf-8" : "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes())
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set(ForwardedHead.BERTH_ERROR, failure.name())
        .set(ForwardedHead.REQUEST_ID, requestId);
    return response;
  }

  private String text() {
    return """
    %s
    %s
    Code %s, request %s
    """
        .formatted(reason, failure.remedy(), failure.name(), requestId);
  }

  /** Nothing of it was chosen by the client but the request id, which has no mark-up. */
  private String html() {
    return """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>%d %s</title></head>
    <body><h1>%s</h1><p>%s</p><p>Code %s, request %s</p></body></html>
    """
        .formatted(status, failure.name(), reason, failure.remedy(), failure.name(), requestId);
  }
}
