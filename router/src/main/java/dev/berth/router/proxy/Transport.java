package dev.berth.router.proxy;

import dev.berth.turn.CpuTurn;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ThreadFactory;

/**
 * The sockets of this host: the kernel's epoll directly where that is possible, else Java's own.
 */
record Transport(
    IoHandlerFactory io,
    Class<? extends Channel> socket,
    Class<? extends ServerChannel> serverSocket) {

  static Transport best() {
    return Epoll.isAvailable()
        ? new Transport(
            EpollIoHandler.newFactory(), EpollSocketChannel.class, EpollServerSocketChannel.class)
        : new Transport(
            NioIoHandler.newFactory(), NioSocketChannel.class, NioServerSocketChannel.class);
  }

  EventLoopGroup group(int loops) {
    return new MultiThreadIoEventLoopGroup(loops, threads(), io);
  }

  /** With the shortest turns: a request should not wait until an instance's turn is over. */
  static ThreadFactory threads() {
    var threads = new DefaultThreadFactory("proxy");
    return loop ->
        threads.newThread(() -> {
          CpuTurn.shortenOwn();
          loop.run();
        });
  }
}
