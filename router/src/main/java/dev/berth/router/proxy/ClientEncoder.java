package dev.berth.router.proxy;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Writes responses; the answer to a HEAD request has no body. Confined to one channel. */
final class ClientEncoder extends HttpResponseEncoder {
  private boolean head;

  /** Whether the request that is being answered is a HEAD. */
  void answersHead(boolean isHead) {
    head = isHead;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return head || super.isContentAlwaysEmpty(response);
  }
}
