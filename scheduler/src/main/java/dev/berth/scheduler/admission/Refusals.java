package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Refused;
import dev.berth.scheduler.state.RefusalCode;

/** The refusals that more than one rule gives, in the words that callers read. */
final class Refusals {
  private Refusals() {}

  static Denied denied(RefusalCode code, String field, String reason, String remedy) {
    return new Denied(new Refused(code, field, reason, remedy));
  }

  static Denied noSuchApp(AppName name) {
    return denied(
        RefusalCode.APP_NOT_FOUND,
        "name",
        "there is no app " + name,
        "check the name with `berth apps list`, or make it with `berth apps create " + name + "`");
  }

  static Denied noSuchTenant(String name) {
    return denied(
        RefusalCode.TENANT_NOT_FOUND,
        "name",
        "there is no tenant " + Names.printable(name),
        "list the tenants with `berth tenants list`");
  }

  static Denied badName(String field, String problem) {
    return denied(
        RefusalCode.INVALID_NAME,
        field,
        problem,
        "choose 1 to 40 characters of a-z, 0-9 and '-', starting with a letter, not ending in '-'");
  }

  static Denied operatorsOnly(String what) {
    return denied(
        RefusalCode.PERMISSION_DENIED,
        "",
        what + " is for operators",
        "ask an operator of the cluster");
  }

  static Denied conflict(String thing, long seen, long is) {
    return denied(
        RefusalCode.VERSION_CONFLICT,
        "mutation.expected_version",
        "%s is at version %d, not at the expected %d: someone changed it"
            .formatted(thing, is, seen),
        "read it again and repeat the change on what it is now");
  }

  static Denied notDeployed(AppName name) {
    return denied(
        RefusalCode.APP_NOT_DEPLOYED,
        "name",
        "app " + name + " has no release yet",
        "deploy it first: `berth deploy DIR -a " + name + "`");
  }

  static Denied overQuota(String field, String what, long wanted, long limit) {
    return denied(
        RefusalCode.QUOTA_EXCEEDED,
        field,
        "this would make %d %s; the tenant's quota is %d".formatted(wanted, what, limit),
        "ask for less, scale something else down, or have an operator raise the quota");
  }
}
