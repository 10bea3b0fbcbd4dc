package dev.berth.router.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/** Reads from an instance's answer how it ends, and makes it fit the client. Stateless. */
final class AnswerRules {
  private AnswerRules() {}

  static boolean isValid(HttpResponse answer) {
    HttpVersion version = answer.protocolVersion();
    if (answer.decoderResult().isFailure()
        || !(version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0))) {
      return false;
    }
    HttpHeaders headers = answer.headers();
    if (!headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      return true;
    }
    List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return encodings.size() == 1
        && encodings.getFirst().equalsIgnoreCase("chunked")
        && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
  }

  /** Whether a connection can be used again after this answer. */
  static boolean leavesConnectionOpen(HttpResponse answer, boolean head) {
    return answer.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && HttpUtil.isKeepAlive(answer)
        && endsByItself(answer, head);
  }

  static boolean isWebSocket(HttpResponse answer) {
    HttpHeaders headers = answer.headers();
    return headers.contains(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT)
        && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }

  /** Gives the answer a framing that the client knows; false if only closing can end it. */
  static boolean frame(HttpResponse answer, Asked asked) {
    answer.setProtocolVersion(HttpVersion.HTTP_1_1);
    HttpHeaders headers = answer.headers();
    if (asked.http10()) {
      boolean chunked = headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
      return !chunked && endsByItself(answer, asked.head());
    }
    if (!endsByItself(answer, asked.head())) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    return true;
  }

  private static boolean endsByItself(HttpResponse answer, boolean head) {
    int status = answer.status().code();
    return head
        || status == 204
        || status == 304
        || answer.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
        || answer.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
  }

  static void setConnection(HttpResponse answer, Asked asked, boolean close) {
    if (close) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (asked.http10()) {
      answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }
}
