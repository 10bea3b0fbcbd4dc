package dev.berth.router.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpConstants;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Reads requests, and marks as bad a head with folded lines, which the decoder below would join.
 *
 * <p>Also knows whether the head of a request has begun, so that a slow one can be timed. Confined
 * to one channel.
 */
final class ClientDecoder extends HttpRequestDecoder {
  static final String FOLDED = "a header line is folded";

  private boolean inHead = true;
  private boolean headBegun;
  private boolean afterLineFeed;
  private boolean folded;

  ClientDecoder(ProxyLimits limits) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.lineBytes())
            .setMaxHeaderSize(limits.headBytes())
            .setMaxChunkSize(64 * 1024)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true)
            .setAllowDuplicateContentLengths(false));
  }

  /** Some bytes of the next request's head have come, but not all. */
  boolean isWithinHead() {
    return inHead && headBegun;
  }

  /** The decoder below takes "http/1.1" for the same. */
  @Override
  protected HttpMessage createMessage(String[] firstLine) throws Exception {
    if (!firstLine[2].startsWith("HTTP/")) {
      throw new IllegalArgumentException("the version does not begin with HTTP/");
    }
    return super.createMessage(firstLine);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    int from = in.readerIndex();
    int before = out.size();
    boolean reading = inHead;
    super.decode(ctx, in, out);
    if (reading) {
      readHead(in, from, out, before);
    } else if (out.size() > before && out.getLast() instanceof LastHttpContent) {
      inHead = true;
      headBegun = false;
    }
  }

  private void readHead(ByteBuf in, int from, List<Object> out, int before) {
    folded |= hasFold(in, from, in.readerIndex());
    headBegun |= in.readerIndex() > from;
    if (out.size() == before) {
      return;
    }
    if (folded) {
      ((HttpObject) out.get(before))
          .setDecoderResult(DecoderResult.failure(new IllegalArgumentException(FOLDED)));
    }
    folded = false;
    afterLineFeed = false;
    inHead = out.getLast() instanceof LastHttpContent;
    headBegun = false;
  }

  private boolean hasFold(ByteBuf in, int from, int to) {
    if (from == to) {
      return false;
    }
    if (afterLineFeed && isBlank(in.getByte(from))) {
      return true;
    }
    int at = from;
    while ((at = in.indexOf(at, to, HttpConstants.LF) + 1) > 0 && at < to) {
      if (isBlank(in.getByte(at))) {
        return true;
      }
    }
    afterLineFeed = in.getByte(to - 1) == HttpConstants.LF;
    return false;
  }

  private static boolean isBlank(byte value) {
    return value == HttpConstants.SP || value == HttpConstants.HT;
  }
}
