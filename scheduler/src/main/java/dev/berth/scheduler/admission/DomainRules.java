package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Domains: legal hostnames, each belonging to one app of the whole cluster. */
final class DomainRules {
  private static final int MAX_PER_APP = 100;
  private static final int MAX_LENGTH = 253;
  private static final int MAX_LABEL = 63;

  private DomainRules() {}

  static Verdict add(Request request, App app, Command.AddDomain add) {
    String hostname = add.hostname().toLowerCase(Locale.ROOT);
    Optional<Denied> refusal = refusal(request, app, hostname);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (app.domains().contains(hostname)) {
      return new Admitted(List.of(), List.of(), new Result.AppResult(app));
    }
    App after = app.withDomains(app.domains().plus(hostname)).atVersion(app.version() + 1);
    return new Admitted(
        List.of(new Change.PutApp(after)),
        List.of(request.event("domain.added", Subject.of(app.id()), "domain " + hostname)),
        new Result.AppResult(after));
  }

  static Verdict remove(Request request, App app, Command.RemoveDomain remove) {
    String hostname = remove.hostname().toLowerCase(Locale.ROOT);
    if (!app.domains().contains(hostname)) {
      return Refusals.denied(
          RefusalCode.DOMAIN_NOT_FOUND,
          "hostname",
          "app %s has no domain %s".formatted(app.id(), Names.printable(hostname)),
          "its domains are: " + String.join(", ", app.domains()));
    }
    if (hostname.equals(app.defaultDomain())) {
      return Refusals.denied(
          RefusalCode.INVALID_DOMAIN,
          "hostname",
          hostname + " was made with the app and stays with it",
          "destroy the app to free it");
    }
    App after = app.withDomains(app.domains().minus(hostname)).atVersion(app.version() + 1);
    return new Admitted(
        List.of(new Change.PutApp(after)),
        List.of(request.event("domain.removed", Subject.of(app.id()), "domain " + hostname)),
        new Result.AppResult(after));
  }

  private static Optional<Denied> refusal(Request request, App app, String hostname) {
    if (!isHostname(hostname)) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.INVALID_DOMAIN,
              "hostname",
              "'%s' is not a hostname".formatted(Names.printable(hostname)),
              "give labels of a-z, 0-9 and '-' joined by dots, without scheme, port or wildcard"));
    }
    AppId owner = request.state().domains().get(hostname);
    if ((owner != null && !owner.equals(app.id())) || isReserved(request, app, hostname)) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.DOMAIN_TAKEN,
              "hostname",
              hostname + " belongs to another app or to the cluster",
              "choose another hostname, or have its owner remove it"));
    }
    if (owner == null && app.domains().size() >= MAX_PER_APP) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.LIMIT_EXCEEDED,
              "hostname",
              "app %s has %d domains, as many as are allowed".formatted(app.id(), MAX_PER_APP),
              "remove one first: `berth domains remove HOSTNAME`"));
    }
    Release release = request.state().currentRelease(app).orElse(null);
    return release == null || release.processTypes().containsKey(ProcessType.WEB)
        ? Optional.empty()
        : Optional.of(
            Refusals.denied(
                RefusalCode.WEB_MISSING,
                "hostname",
                "release v%d has no process type web to serve %s"
                    .formatted(release.id().number(), hostname),
                "deploy a release whose Procfile has a web line first"));
  }

  /** Hostnames under the cluster's domain are given out with apps' names only. */
  private static boolean isReserved(Request request, App app, String hostname) {
    String domain = request.settings().domain();
    return (hostname.equals(domain) || hostname.endsWith("." + domain))
        && !app.domains().contains(hostname)
        && !hostname.endsWith("." + app.defaultDomain());
  }

  private static boolean isHostname(String name) {
    if (name.isEmpty() || name.length() > MAX_LENGTH) {
      return false;
    }
    for (String label : name.split("\\.", -1)) {
      if (!isLabel(label)) {
        return false;
      }
    }
    return name.indexOf('.') > 0;
  }

  private static boolean isLabel(String label) {
    if (label.isEmpty()
        || label.length() > MAX_LABEL
        || label.startsWith("-")
        || label.endsWith("-")) {
      return false;
    }
    for (int at = 0; at < label.length(); at++) {
      char character = label.charAt(at);
      if (!(character >= 'a' && character <= 'z')
          && !(character >= '0' && character <= '9')
          && character != '-') {
        return false;
      }
    }
    return true;
  }
}
