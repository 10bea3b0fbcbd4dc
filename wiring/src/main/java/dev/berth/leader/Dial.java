package dev.berth.leader;

import dev.berth.identity.Identity;
import io.grpc.ChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Connections to schedulers that never wait long for a machine that has gone without a word.
 *
 * <p>An attempt to connect that nobody answers ends after {@link #CONNECT}, one that is answered
 * and then left alone after 10 s (Netty's limit for TLS). A connection that stands is asked for a
 * sign of life when none was seen for a while, and counts as broken {@link #ANSWER} later.
 */
public final class Dial {
  /**
   * For a TCP connection; a round trip takes milliseconds, the first repetition is sent after 1 s.
   */
  public static final Duration CONNECT = Duration.ofSeconds(5);

  /** For the answer to a ping. */
  public static final Duration ANSWER = Duration.ofSeconds(5);

  private Dial() {}

  /**
   * To a scheduler, by its certificate.
   *
   * @param quiet after so long without a word from it, it is asked whether it is there
   */
  public static NettyChannelBuilder to(
      String address, ChannelCredentials credentials, Duration quiet) {
    return within(CONNECT, address, credentials)
        .keepAliveTime(quiet.toMillis(), TimeUnit.MILLISECONDS)
        .keepAliveTimeout(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
  }

  static NettyChannelBuilder within(
      Duration connect, String address, ChannelCredentials credentials) {
    return NettyChannelBuilder.forTarget(address, credentials)
        .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connect.toMillis()));
  }
}
