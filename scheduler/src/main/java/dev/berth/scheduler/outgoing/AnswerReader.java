package dev.berth.scheduler.outgoing;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Makes an answer of the bytes of an HTTP/1 response, as far as they have come. Confined. */
final class AnswerReader implements AutoCloseable {
  private static final int FIRST_FINAL_STATUS = 200;

  private final EmbeddedChannel decoder = new EmbeddedChannel(new HttpResponseDecoder());
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int status;
  private boolean isWhole;

  void take(byte[] bytes, int length) throws IOException {
    decoder.writeInbound(Unpooled.copiedBuffer(bytes, 0, length));
    for (Object part = decoder.readInbound(); part != null; part = decoder.readInbound()) {
      try {
        read((HttpObject) part);
      } finally {
        ReferenceCountUtil.release(part);
      }
    }
  }

  private void read(HttpObject part) throws IOException {
    if (part.decoderResult().isFailure()) {
      throw new IOException("what it answers is no HTTP");
    }
    if (part instanceof HttpResponse response) {
      status = response.status().code();
    }
    if (part instanceof HttpContent content && status >= FIRST_FINAL_STATUS) {
      content.content().readBytes(body, content.content().readableBytes());
      isWhole = part instanceof LastHttpContent;
    }
  }

  /** Is nothing more to come, as far as the answer itself says? */
  boolean isWhole() {
    return isWhole;
  }

  /** What has come until now, though it may be cut off. */
  WebhookClient.Answer answer() throws IOException {
    if (status < FIRST_FINAL_STATUS) {
      throw new IOException("it closed without an answer");
    }
    return new WebhookClient.Answer(status, body.toString(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    decoder.finishAndReleaseAll();
  }
}
