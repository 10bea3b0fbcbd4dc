package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.Where;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a scaling is written: counts, sizes, and where the instances may go. */
final class DemandOptions {
  private static final Pattern CHANGE = Pattern.compile("([^=\\s]+)=(-?[0-9]{1,18})(?::(\\S+))?");

  @Option(
      names = "--where",
      paramLabel = "LABEL",
      description = {
        "What nodes must be, e.g. zone=a, disk!=slow or \"rack in (r1,r2)\". Repeat it; '' for anywhere.",
        "Like the next two it is for all types named and for what is placed from then on."
      })
  @Nullable List<String> where;

  @Option(
      names = "--anti-affinity",
      negatable = true,
      description = "No two instances of the type on one node, even if they then wait.")
  @Nullable Boolean antiAffinity;

  @Option(
      names = "--priority",
      paramLabel = "CLASS",
      defaultValue = "",
      description = {
        "preemptible, low, normal or high. When there is no room, lower ones of the same tenant make",
        "some, and preemptible ones of anybody."
      })
  private String priority = "";

  List<ScaleChange> changes(List<String> texts) {
    return texts.stream().map(this::change).toList();
  }

  private ScaleChange change(String text) {
    ScaleChange.Builder change = parse(text).toBuilder().setPriority(priority);
    if (where != null) {
      List<String> requirements = where.stream().filter(it -> !it.isBlank()).toList();
      change.setWhere(Where.newBuilder().addAllRequirements(requirements));
    }
    if (antiAffinity != null) {
      change.setAntiAffinity(antiAffinity);
    }
    return change.build();
  }

  static ScaleChange parse(String text) {
    Matcher matcher = CHANGE.matcher(text);
    if (!matcher.matches()) {
      throw CommandFailure.usage(
          "\"" + text + "\" is not TYPE=COUNT or TYPE=COUNT:SIZE",
          "write for example web=4 or web=4:small");
    }
    String size = matcher.group(3);
    return ScaleChange.newBuilder()
        .setProcessType(matcher.group(1))
        .setCount(Long.parseLong(matcher.group(2)))
        .setSize(size == null ? "" : size)
        .build();
  }
}
