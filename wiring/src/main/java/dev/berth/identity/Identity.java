package dev.berth.identity;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettySslContextChannelCredentials;
import io.grpc.netty.NettySslContextServerCredentials;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/**
 * One program's key, its certificate and the authority it trusts.
 *
 * <p>Trusts the cluster's authority and nothing else; speaks TLS 1.3 only. Immutable.
 */
public final class Identity {
  static final String CERTIFICATE_FILE = "identity.crt";
  static final String KEY_FILE = "identity.key";
  static final String AUTHORITY_FILE = "ca.crt";

  /** What clients expect the scheduler's certificate to be for, whatever address they dialled. */
  public static final String SCHEDULER_AUTHORITY = "scheduler";

  private static final String PROTOCOL = "TLSv1.3";

  private final X509Certificate certificate;
  private final PrivateKey key;
  private final X509Certificate authority;

  private Identity(X509Certificate certificate, PrivateKey key, X509Certificate authority) {
    this.certificate = certificate;
    this.key = key;
    this.authority = authority;
  }

  public static Identity load(Path directory) {
    try {
      return new Identity(
          Pem.certificate(directory.resolve(CERTIFICATE_FILE)),
          Pem.key(directory.resolve(KEY_FILE)),
          Pem.certificate(directory.resolve(AUTHORITY_FILE)));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException failure) {
      throw new IdentityException("the identity in " + directory + " cannot be read", failure);
    }
  }

  public String commonName() {
    return Peer.commonName(certificate);
  }

  /** For a server: callers may show a certificate of the authority, and need not. */
  public ServerCredentials serverCredentials() {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(key, certificate)
              .trustManager(authority)
              .clientAuth(ClientAuth.OPTIONAL)
              .protocols(PROTOCOL);
      return NettySslContextServerCredentials.create(
          GrpcSslContexts.configure(builder, SslProvider.JDK).build());
    } catch (SSLException failure) {
      throw new IdentityException("TLS for " + commonName() + " cannot be set up", failure);
    }
  }

  public ChannelCredentials channelCredentials() {
    return credentials(SslContextBuilder.forClient().keyManager(key, certificate), authority);
  }

  /** For a caller that has only the authority's certificate, and a token instead of a key. */
  public static ChannelCredentials anonymousCredentials(Path authorityFile) {
    try {
      return credentials(SslContextBuilder.forClient(), Pem.certificate(authorityFile));
    } catch (IOException | GeneralSecurityException failure) {
      throw new IdentityException(
          "the authority's certificate " + authorityFile + " cannot be read", failure);
    }
  }

  private static ChannelCredentials credentials(
      SslContextBuilder builder, X509Certificate authority) {
    try {
      SslContext context =
          GrpcSslContexts.configure(
                  builder.trustManager(authority).protocols(PROTOCOL), SslProvider.JDK)
              .build();
      return NettySslContextChannelCredentials.create(context);
    } catch (SSLException failure) {
      throw new IdentityException("TLS cannot be set up", failure);
    }
  }
}
