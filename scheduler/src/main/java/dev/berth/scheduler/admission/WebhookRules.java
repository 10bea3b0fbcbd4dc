package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.Command.WebhookAsked;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Webhook;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that tenants have the scheduler call. Where a name leads is looked at with each call,
 * by who calls; here only its form is.
 */
final class WebhookRules {
  private WebhookRules() {}

  /** {@code known} is the one before, whose secret stays if the URL does and no other is given. */
  static Optional<Denied> refusal(String field, WebhookAsked asked, @Nullable Webhook known) {
    if (Webhook.target(asked.url()).isEmpty()) {
      return invalid(
          field + ".url",
          "%s is no http or https URL of at most 500 characters without user, password and fragment"
              .formatted(Names.printable(asked.url())),
          "write it like https://hooks.example.com/berth");
    }
    boolean isUsual = asked.timeout().isZero();
    if (!isUsual
        && (asked.timeout().compareTo(Webhook.MIN_TIMEOUT) < 0
            || asked.timeout().compareTo(Webhook.MAX_TIMEOUT) > 0)) {
      return invalid(
          field + ".timeout_millis",
          "a call may take %d ms to %d ms, not %d ms"
              .formatted(
                  Webhook.MIN_TIMEOUT.toMillis(),
                  Webhook.MAX_TIMEOUT.toMillis(),
                  asked.timeout().toMillis()),
          "choose a time within these");
    }
    return isKept(asked, known) || Webhook.isSecret(asked.secret())
        ? Optional.empty()
        : invalid(
            field + ".secret",
            "a secret is 16 to 200 visible ASCII characters",
            "give another, or none to have the command make one");
  }

  private static boolean isKept(WebhookAsked asked, @Nullable Webhook known) {
    return asked.secret().isEmpty() && known != null && known.url().equals(asked.url());
  }

  /** What was not refused. */
  static Webhook accepted(WebhookAsked asked, @Nullable Webhook known) {
    return new Webhook(
        asked.url(),
        asked.timeout().isZero() ? Webhook.TIMEOUT : asked.timeout(),
        known != null && isKept(asked, known) ? known.secret() : asked.secret());
  }

  private static Optional<Denied> invalid(String field, String reason, String remedy) {
    return Optional.of(Refusals.denied(RefusalCode.INVALID_WEBHOOK, field, reason, remedy));
  }
}
