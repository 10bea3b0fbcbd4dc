package dev.berth.router.proxy;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;

/**
 * Reads an instance's answers; the answer to a HEAD request has no body. Confined to one channel.
 */
final class UpstreamDecoder extends HttpResponseDecoder {
  private boolean head;

  UpstreamDecoder(ProxyLimits limits) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.lineBytes())
            .setMaxHeaderSize(limits.headBytes())
            .setMaxChunkSize(64 * 1024)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true)
            .setAllowDuplicateContentLengths(false));
  }

  /** Whether the request that was sent is a HEAD. */
  void answersHead(boolean isHead) {
    head = isHead;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage response) {
    return head || super.isContentAlwaysEmpty(response);
  }
}
