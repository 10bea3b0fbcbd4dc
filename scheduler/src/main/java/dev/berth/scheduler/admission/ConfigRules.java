package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pcollections.TreePMap;

/** Config vars: legal names, bounded values, and a new release for what runs. */
final class ConfigRules {
  static final int MAX_VALUE_BYTES = 64 * 1024;
  static final int MAX_TOTAL_BYTES = 256 * 1024;
  private static final int MAX_NAME = 256;

  private ConfigRules() {}

  static Verdict change(Request request, App app, Command.ChangeConfig change) {
    TreePMap<String, String> config = app.config();
    for (Map.Entry<String, String> entry : change.set().entrySet()) {
      Optional<Denied> refusal = refusal(entry.getKey(), entry.getValue());
      if (refusal.isPresent()) {
        return refusal.get();
      }
      config = config.plus(entry.getKey(), entry.getValue());
    }
    config = config.minusAll(change.unset());
    long total = 0;
    for (Map.Entry<String, String> entry : config.entrySet()) {
      total += bytes(entry.getKey()) + bytes(entry.getValue());
    }
    if (total > MAX_TOTAL_BYTES) {
      return Refusals.denied(
          RefusalCode.LIMIT_EXCEEDED,
          "config",
          "the config vars would have %d bytes together; at most %d are allowed"
              .formatted(total, MAX_TOTAL_BYTES),
          "unset some, or keep large values in a store of your own");
    }
    return config.equals(app.config())
        ? new Admitted(List.of(), List.of(), new Result.ReleaseResult(app, null))
        : changed(request, app, change, config);
  }

  private static Verdict changed(
      Request request, App app, Command.ChangeConfig change, TreePMap<String, String> config) {
    String words = words(change);
    App configured = app.withConfig(config);
    Release current = request.state().currentRelease(app).orElse(null);
    if (current != null) {
      return NewRelease.following(current, words).of(request, configured);
    }
    App after = configured.atVersion(app.version() + 1);
    return new Admitted(
        List.of(new Change.PutApp(after)),
        List.of(request.event("app.config-changed", Subject.of(app.id()), words)),
        new Result.ReleaseResult(after, null));
  }

  /** Names only: values may be secrets. */
  private static String words(Command.ChangeConfig change) {
    String set = change.set().isEmpty() ? "" : "set " + String.join(", ", change.set().keySet());
    String unset =
        change.unset().isEmpty()
            ? ""
            : "unset " + Names.printable(String.join(", ", change.unset()));
    String both = set.isEmpty() || unset.isEmpty() ? set + unset : set + "; " + unset;
    return "config " + both;
  }

  private static Optional<Denied> refusal(String name, String value) {
    if (!isLegalName(name)) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.INVALID_CONFIG,
              "config." + Names.printable(name),
              "'%s' is not a legal config var name".formatted(Names.printable(name)),
              "use letters, digits and '_', not starting with a digit"));
    }
    if (name.startsWith("BERTH_") || name.equals("PORT")) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.INVALID_CONFIG,
              "config." + name,
              name + " is set by Berth itself",
              "choose a name other than PORT that does not start with BERTH_"));
    }
    if (value.indexOf(0) >= 0) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.INVALID_CONFIG,
              "config." + name,
              "the value of " + name + " contains a NUL byte, which no environment can hold",
              "encode the value, for example as base64"));
    }
    return bytes(value) <= MAX_VALUE_BYTES
        ? Optional.empty()
        : Optional.of(
            Refusals.denied(
                RefusalCode.LIMIT_EXCEEDED,
                "config." + name,
                "the value of %s has %d bytes; at most %d are allowed"
                    .formatted(name, bytes(value), MAX_VALUE_BYTES),
                "shorten it, or keep it in a store of your own"));
  }

  private static boolean isLegalName(String name) {
    if (name.isEmpty() || name.length() > MAX_NAME) {
      return false;
    }
    for (int at = 0; at < name.length(); at++) {
      char character = name.charAt(at);
      boolean letter =
          (character >= 'A' && character <= 'Z')
              || (character >= 'a' && character <= 'z')
              || character == '_';
      if (!letter && !(at > 0 && character >= '0' && character <= '9')) {
        return false;
      }
    }
    return true;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
