package dev.berth.router.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: gives its requests to the exchange, one after the other.
 *
 * <p>What comes too early waits in a queue; reading stops while anything waits, so the queue holds
 * what one read brought. Confined to one channel.
 */
final class ClientHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);
  private static final long LINGER_NANOS = 2_000_000_000L;

  private final LoopState state;
  private final ClientDecoder decoder;
  private final ClientEncoder encoder;
  private final Exchange exchange;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>(2);
  private @Nullable ChannelHandlerContext context;
  private String address = "";
  private String localPort = "";
  private int seat;
  private boolean skipping;
  private boolean pumping;
  private boolean lingering;
  private long sinceNanos;
  private long headSinceNanos;
  private boolean headTimed;

  ClientHandler(
      LoopState state, Connector connector, ClientDecoder decoder, ClientEncoder encoder) {
    this.state = state;
    this.decoder = decoder;
    this.encoder = encoder;
    this.exchange = new Exchange(state, connector, this);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    address = host(ctx.channel().remoteAddress());
    localPort =
        ctx.channel().localAddress() instanceof InetSocketAddress local
            ? Integer.toString(local.getPort())
            : "80";
    sinceNanos = state.now();
    state.join(this);
    if (state.isDraining()) {
      var _ = ctx.close();
    }
  }

  private static String host(SocketAddress remote) {
    return remote instanceof InetSocketAddress inet && inet.getAddress() != null
        ? inet.getAddress().getHostAddress()
        : "unknown";
  }

  int seat() {
    return seat;
  }

  void seat(int place) {
    seat = place;
  }

  String address() {
    return address;
  }

  String localPort() {
    return localPort;
  }

  boolean isWritable() {
    return context().channel().isWritable();
  }

  void answersHead(boolean head) {
    encoder.answersHead(head);
  }

  void write(Object message) {
    ChannelHandlerContext ctx = context();
    var _ = ctx.write(message, ctx.voidPromise());
  }

  void flush() {
    context().flush();
  }

  void close() {
    var _ = context().close();
  }

  /** Ends the connection so that the client can tell a broken answer from a whole one. */
  void abort() {
    ChannelHandlerContext ctx = context();
    ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    var _ = ctx.close();
  }

  void closeAfterFlush() {
    var _ = context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  /** From here on bytes pass as they are; false if the client has not waited for that. */
  boolean becomeTunnel() {
    if (!waiting.isEmpty() || decoder.isWithinHead()) {
      return false;
    }
    context().pipeline().remove(encoder);
    context().pipeline().remove(decoder);
    return true;
  }

  /** Stops reading while the instance cannot take more, or while something waits. */
  void updateReading() {
    context()
        .channel()
        .config()
        .setAutoRead(lingering || (waiting.isEmpty() && exchange.wantsMore()));
  }

  /**
   * The answer has been written.
   *
   * @param close no other request may follow
   * @param wholeRequest the request has been read to its end
   */
  void exchangeOver(boolean close, boolean wholeRequest) {
    sinceNanos = state.now();
    if (close && wholeRequest && waiting.isEmpty()) {
      closeAfterFlush();
      return;
    }
    if (close) {
      linger();
      return;
    }
    if (state.isDraining()) {
      closeAfterFlush();
      return;
    }
    skipping = !wholeRequest;
    flush();
    pump();
  }

  /** Lets the client read the answer: closing at once would reset what it has not read yet. */
  private void linger() {
    lingering = true;
    releaseWaiting();
    var _ =
        context()
            .writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(
                (ChannelFutureListener)
                    done -> {
                      if (done.channel() instanceof DuplexChannel duplex) {
                        var _ = duplex.shutdownOutput();
                      } else {
                        var _ = done.channel().close();
                      }
                    });
    updateReading();
  }

  /** Delivers what has waited, as far as it goes. */
  void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      for (Object next = waiting.poll(); next != null; next = waiting.poll()) {
        if (!deliver(next)) {
          waiting.addFirst(next);
          break;
        }
      }
    } finally {
      pumping = false;
    }
    exchange.flushUpstream();
    updateReading();
  }

  /** Takes the message, or says that its time has not come. */
  private boolean deliver(Object message) {
    if (lingering) {
      ReferenceCountUtil.release(message);
      return true;
    }
    return switch (message) {
      case HttpRequest request -> {
        if (exchange.isActive() || skipping || !isWritable()) {
          yield false;
        }
        headTimed = false;
        exchange.begin(request);
        yield true;
      }
      case HttpContent content -> {
        if (skipping || !exchange.isActive()) {
          content.release();
          skipping &= !(content instanceof LastHttpContent);
          yield true;
        }
        if (!exchange.takesBody()) {
          yield false;
        }
        exchange.body(content);
        yield true;
      }
      case ByteBuf bytes -> {
        exchange.tunnelFromClient(bytes);
        yield true;
      }
      default -> throw new IllegalStateException("an unknown message from a client: " + message);
    };
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (waiting.isEmpty() && !pumping && deliver(message)) {
      return;
    }
    waiting.add(message);
    updateReading();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    exchange.flushUpstream();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      exchange.clientWritable();
      pump();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    exchange.clientClosed();
    lingering = true;
    releaseWaiting();
    state.leave(this);
  }

  private void releaseWaiting() {
    for (Object message = waiting.poll(); message != null; message = waiting.poll()) {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      log.error("a fault while serving {}; its connection is closed", address, cause);
    }
    var _ = ctx.close();
  }

  void tick(long now) {
    if (lingering) {
      if (now - sinceNanos > LINGER_NANOS) {
        close();
      }
    } else if (exchange.isActive()) {
      exchange.tick(now);
    } else if (decoder.isWithinHead()) {
      timeHead(now);
    } else if (now - sinceNanos > state.timeouts().clientIdle().toNanos()) {
      close();
    }
  }

  private void timeHead(long now) {
    if (!headTimed) {
      headTimed = true;
      headSinceNanos = now;
    } else if (now - headSinceNanos > state.timeouts().head().toNanos()) {
      exchange.headTooSlow();
    }
  }

  void drain() {
    if (!exchange.isActive() && waiting.isEmpty() && !lingering) {
      closeAfterFlush();
    }
  }

  private ChannelHandlerContext context() {
    if (context == null) {
      throw new IllegalStateException("the connection is not open");
    }
    return context;
  }
}
