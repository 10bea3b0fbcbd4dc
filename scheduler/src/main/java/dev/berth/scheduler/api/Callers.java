package dev.berth.scheduler.api;

import dev.berth.identity.Peer;
import dev.berth.scheduler.blobs.Sha256;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds out who calls, before any service sees the request.
 *
 * <p>An operator shows a certificate, a tenant a bearer token. Only the token's SHA-256 is ever
 * compared, so that the time taken says nothing about the token. Who is neither is refused and
 * learns nothing else. Thread-safe.
 */
final class Callers implements ServerInterceptor {
  private static final Context.Key<Caller> CALLER = Context.key("berth-caller");
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";
  private static final int MAX_TOKEN = 200;

  private final Leadership leadership;

  Callers(Leadership leadership) {
    this.leadership = leadership;
  }

  /** Who made the current call. */
  static Caller current() {
    Caller caller = CALLER.get();
    if (caller == null) {
      throw new IllegalStateException("a service was reached past the caller's check");
    }
    return caller;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    try {
      Caller caller = identify(headers);
      Context context = Context.current().withValue(CALLER, caller);
      return Contexts.interceptCall(context, call, headers, next);
    } catch (StatusRuntimeException refused) {
      Metadata trailers = refused.getTrailers();
      call.close(refused.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
  }

  private Caller identify(Metadata headers) {
    if ("operator".equals(Peer.NAME.get())) {
      return new Caller.Operator();
    }
    String authorization = headers.get(AUTHORIZATION);
    if (authorization == null || !authorization.startsWith(BEARER)) {
      throw unauthenticated("the request carries neither an operator's certificate nor a token");
    }
    String token = authorization.substring(BEARER.length());
    return tenantOf(token)
        .map(tenant -> (Caller) new Caller.OfTenant(tenant))
        .orElseThrow(() -> unauthenticated("the token is not known"));
  }

  private Optional<TenantId> tenantOf(String token) {
    Snapshot snapshot =
        leadership
            .leading()
            .orElseThrow(() -> Refusing.notLeading(leadership.leaderAddress()))
            .snapshot();
    return token.length() > MAX_TOKEN
        ? Optional.empty()
        : snapshot.state().tenantByToken(hash(token));
  }

  static Digest hash(String token) {
    return Sha256.of(token.getBytes(StandardCharsets.UTF_8));
  }

  private static StatusRuntimeException unauthenticated(String reason) {
    return Refusing.asStatus(
        RefusalCode.UNAUTHENTICATED,
        "",
        reason,
        "give the tenant's token, or use the operator's certificate");
  }
}
