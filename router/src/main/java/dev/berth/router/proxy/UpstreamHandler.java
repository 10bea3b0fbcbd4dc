package dev.berth.router.proxy;

import dev.berth.router.metrics.LoopCounters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an instance: it serves one exchange at a time, or waits for the next.
 *
 * <p>A connection on which anything unexpected happens is closed and never used again. Confined to
 * one channel.
 */
final class UpstreamHandler extends ChannelInboundHandlerAdapter {
  private final LoopState state;
  private final UpstreamDecoder decoder;
  private @Nullable ChannelHandlerContext context;
  private @Nullable LoopRoute route;
  private @Nullable Exchange exchange;
  private long idleSinceNanos;
  private boolean used;

  UpstreamHandler(LoopState state, UpstreamDecoder decoder) {
    this.state = state;
    this.decoder = decoder;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    state.counters().add(LoopCounters.Of.UPSTREAM_CONNECTIONS, 1);
  }

  void belongsTo(LoopRoute owner) {
    route = owner;
  }

  /** A request went over this connection before, so the instance may be closing it just now. */
  boolean isUsed() {
    return used;
  }

  long idleSinceNanos() {
    return idleSinceNanos;
  }

  boolean isWritable() {
    return context().channel().isWritable();
  }

  boolean isActive() {
    return context().channel().isActive();
  }

  void serve(Exchange next, HttpRequest request, boolean head) {
    exchange = next;
    decoder.answersHead(head);
    write(request);
  }

  void write(Object message) {
    ChannelHandlerContext ctx = context();
    var _ = ctx.write(message, ctx.voidPromise());
  }

  void flush() {
    context().flush();
  }

  void read(boolean wanted) {
    context().channel().config().setAutoRead(wanted);
  }

  /** The exchange is over and the connection as good as new. */
  void release() {
    exchange = null;
    used = true;
    idleSinceNanos = state.now();
    read(true);
    LoopRoute owner = route;
    if (owner == null || state.isDraining() || !isActive() || !owner.keep(this)) {
      close();
    }
  }

  /** The exchange is over and nobody knows what is still on the wire. */
  void discard() {
    exchange = null;
    close();
  }

  void close() {
    var _ = context().close();
  }

  /** Ends a tunnel after what was written has been sent. */
  void closeAfterFlush() {
    exchange = null;
    var _ = context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /** From here on bytes pass as they are. */
  void becomeTunnel() {
    context().pipeline().remove(UpstreamDecoder.class);
    context().pipeline().remove(HttpRequestEncoder.class);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    Exchange current = exchange;
    if (current == null) {
      ReferenceCountUtil.release(message);
      var _ = ctx.close();
      return;
    }
    switch (message) {
      case HttpResponse response -> current.answered(response);
      case HttpContent content -> current.answerContinued(content);
      case ByteBuf bytes -> current.tunnelled(bytes);
      default -> {
        ReferenceCountUtil.release(message);
        throw new IllegalStateException("an unknown message from upstream: " + message);
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (current != null) {
      current.flushToClient();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Exchange current = exchange;
    if (current != null) {
      current.upstreamWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    state.counters().add(LoopCounters.Of.UPSTREAM_CONNECTIONS, -1);
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.upstreamClosed();
    } else if (route != null) {
      route.forget(this);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }

  private ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("the connection is not set up");
    }
    return context;
  }
}
