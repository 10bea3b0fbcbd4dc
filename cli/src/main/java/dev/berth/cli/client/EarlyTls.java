package dev.berth.cli.client;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;

/**
 * Lets the slow parts of Java's TLS begin while the command line is still being read.
 *
 * <p>Changes nothing but the time that a command takes.
 */
public final class EarlyTls {
  private EarlyTls() {}

  public static void begin() {
    Thread.ofPlatform().daemon().name("early-tls").start(EarlyTls::load);
    Thread.ofPlatform().daemon().name("early-grpc").start(EarlyTls::loadChannel);
  }

  private static void loadChannel() {
    var _ = NettyChannelBuilder.forAddress("127.0.0.1", 1);
  }

  private static void load() {
    try {
      CertificateFactory.getInstance("X.509");
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(generator.generateKeyPair().getPrivate());
      signature.update(new byte[64]);
      signature.sign();
      GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
    } catch (Exception unimportant) {
      // The command meets the same failure when it matters, and tells it.
    }
  }
}
