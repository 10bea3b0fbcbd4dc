package dev.berth.scheduler.dispatch;

import dev.berth.identity.Peer;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import io.grpc.StatusRuntimeException;
import java.util.Optional;

/** Who speaks on a stream, as its certificate proves: agents for their node, routers for theirs. */
enum Speaker {
  AGENT("agent:"),
  ROUTER("router:");

  private final String prefix;

  Speaker(String prefix) {
    this.prefix = prefix;
  }

  /** The name in the certificate of the current call, if it is of this kind. */
  Optional<String> proven() {
    String name = Peer.NAME.get();
    return name != null && name.startsWith(prefix)
        ? Optional.of(name.substring(prefix.length()))
        : Optional.empty();
  }

  /** The same, or the refusal of the call. */
  String require() {
    return proven().orElseThrow(() -> refused(this == AGENT ? "NODE" : "NAME"));
  }

  StatusRuntimeException refused(String claimed) {
    return Refusing.asStatus(
        RefusalCode.PERMISSION_DENIED,
        "",
        "the caller's certificate is not \"" + prefix + claimed + "\"",
        "connect with the certificate that was issued for it");
  }
}
