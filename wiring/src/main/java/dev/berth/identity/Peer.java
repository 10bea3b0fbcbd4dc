package dev.berth.identity;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Puts the common name of the caller's certificate into the call's context.
 *
 * <p>The name has been proven by the TLS handshake; a caller without a certificate has none, and is
 * not refused here. Thread-safe.
 */
public final class Peer implements ServerInterceptor {
  /** The caller's common name, e.g. "agent:node-1"; null when it showed no certificate. */
  public static final Context.Key<@Nullable String> NAME = Context.key("berth-peer");

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    String name = session == null ? null : provenName(session);
    if (name == null) {
      return next.startCall(call, headers);
    }
    return Contexts.interceptCall(Context.current().withValue(NAME, name), call, headers, next);
  }

  private static @Nullable String provenName(SSLSession session) {
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate certificate
          ? commonName(certificate)
          : null;
    } catch (SSLPeerUnverifiedException noCertificate) {
      return null;
    }
  }

  static String commonName(X509Certificate certificate) {
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          return part.getValue().toString();
        }
      }
    } catch (InvalidNameException malformed) {
      throw new IdentityException("a certificate's subject cannot be read", malformed);
    }
    throw new IdentityException("a certificate has no common name");
  }
}
