package dev.berth.router.proxy;

import dev.berth.router.metrics.LoopCounters;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpRequestEncoder;

/** Opens connections to instances, on its own event loop. Confined to that loop. */
final class Connector {
  static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private final LoopState state;
  private final Bootstrap bootstrap;

  Connector(
      LoopState state,
      EventLoop loop,
      Class<? extends Channel> socket,
      ByteBufAllocator allocator) {
    this.state = state;
    bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(socket)
            .option(ChannelOption.ALLOCATOR, allocator)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) state.timeouts().connect().toMillis())
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    UpstreamDecoder decoder = new UpstreamDecoder(state.limits());
                    channel
                        .pipeline()
                        .addLast(
                            decoder, new HttpRequestEncoder(), new UpstreamHandler(state, decoder));
                  }
                });
  }

  /** Tells the exchange what came of it, unless it has gone on to another turn by then. */
  void connect(LoopRoute route, Exchange exchange, int turn) {
    state.counters().add(LoopCounters.Of.UPSTREAM_CONNECTS, 1);
    ChannelFuture attempt = bootstrap.connect(route.address());
    attempt.addListener(
        (ChannelFutureListener)
            done -> {
              if (done.isSuccess()) {
                UpstreamHandler connection = done.channel().pipeline().get(UpstreamHandler.class);
                connection.belongsTo(route);
                exchange.connected(turn, connection);
              } else {
                exchange.connectFailed(turn, done.cause());
              }
            });
  }
}
