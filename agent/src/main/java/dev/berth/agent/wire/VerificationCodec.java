package dev.berth.agent.wire;

import dev.berth.agent.verify.Finding;
import dev.berth.agent.verify.VerificationRounds;
import dev.berth.proto.v1.CheckFinding;
import dev.berth.proto.v1.VerificationReport;

/** A verification as the scheduler reads it. Immutable. */
public final class VerificationCodec {
  private static final int MOST_CHARACTERS = 500;

  private VerificationCodec() {}

  public static VerificationReport message(VerificationRounds.Result result) {
    VerificationReport.Builder report =
        VerificationReport.newBuilder()
            .setAt(result.at().toEpochMilli())
            .setMillis((int) Math.min(result.verification().millis(), Integer.MAX_VALUE))
            .setFull(result.verification().full());
    result.verification().findings().forEach(finding -> report.addFindings(message(finding)));
    return report.build();
  }

  private static CheckFinding message(Finding finding) {
    return CheckFinding.newBuilder()
        .setName(finding.name())
        .setGuards(cut(finding.guards()))
        .setExpected(cut(finding.expected()))
        .setSeen(cut(finding.seen()))
        .setRequired(finding.required())
        .setPassed(finding.passed())
        .build();
  }

  private static String cut(String text) {
    return text.length() > MOST_CHARACTERS ? text.substring(0, MOST_CHARACTERS) + "..." : text;
  }
}
