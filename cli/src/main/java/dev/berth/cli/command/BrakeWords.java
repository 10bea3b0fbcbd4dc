package dev.berth.cli.command;

import dev.berth.cli.output.Terminal;
import dev.berth.proto.v1.Brake;

/** Says how freely the instances of silent nodes are replaced, when it is not as usual. */
public final class BrakeWords {
  private BrakeWords() {}

  public static boolean isUsual(Brake brake) {
    return switch (brake.getLevel()) {
      case OFF, LEVEL_UNSPECIFIED, UNRECOGNIZED -> true;
      case BRAKED, FROZEN, HELD, RELEASED -> false;
    };
  }

  /** One line, without secrets and control characters. */
  public static String of(Brake brake) {
    String silent =
        "%d of %d nodes are silent".formatted(brake.getNodesSilent(), brake.getNodesTotal());
    String order =
        brake.getReason().isEmpty()
            ? " by " + brake.getActor()
            : " by " + brake.getActor() + ": " + brake.getReason();
    return Terminal.clean(
        switch (brake.getLevel()) {
          case BRAKED -> "BRAKED: " + silent + "; one is given up every 10 s";
          case FROZEN ->
              "FROZEN: "
                  + silent
                  + "; nothing is replaced and no campaign moves until they are back, or: berth"
                  + " admin thaw";
          case HELD ->
              "FROZEN" + order + "; nothing lost is replaced and no campaign moves; " + silent;
          case RELEASED -> "THAWED" + order + "; " + silent + "; one is given up every 10 s";
          case OFF, LEVEL_UNSPECIFIED, UNRECOGNIZED -> silent + "; what is lost is replaced";
        });
  }
}
