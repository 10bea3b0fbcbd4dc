package dev.berth.agent.logs;

import dev.berth.agent.order.PlacementId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * One placement's log over all of its incarnations, with Berth's lines among them. Confined to its
 * reader.
 */
final class InstanceLog {
  private final PlacementId id;
  private final LogFiles files;
  private final IntSupplier present;
  private final LogTail platform;
  private int incarnation;
  private LogTail output;

  /**
   * @param present the incarnation of the moment; 0 before the first
   */
  InstanceLog(PlacementId id, LogFiles files, IntSupplier present) {
    this.id = id;
    this.files = files;
    this.present = present;
    this.platform = new LogTail(() -> Optional.of(files.platform(id)));
    this.incarnation = present.getAsInt();
    this.output = tail(incarnation);
  }

  PlacementId id() {
    return id;
  }

  /** The last lines, oldest first. */
  List<LogRecord> last(int lines) throws IOException {
    List<LogRecord> all = new ArrayList<>(platform.last(lines));
    var earlier = new TreeSet<>(files.kept(id)).headSet(incarnation);
    for (int each : earlier) {
      all.addAll(tail(each).last(lines));
    }
    all.addAll(output.last(lines));
    all.sort(Comparator.comparing(LogRecord::at));
    return all.subList(Math.max(0, all.size() - lines), all.size());
  }

  /** What is new, as far as one call goes; false when there was nothing. */
  boolean poll(Consumer<LogRecord> records) throws IOException {
    List<LogRecord> fresh = new ArrayList<>();
    int now = present.getAsInt();
    boolean any = output.poll(fresh::add);
    if (!any && now > incarnation) {
      incarnation++;
      output = tail(incarnation);
      any = true;
    }
    any |= platform.poll(fresh::add);
    fresh.sort(Comparator.comparing(LogRecord::at));
    fresh.forEach(records);
    return any;
  }

  private LogTail tail(int which) {
    return new LogTail(() -> which == 0 ? Optional.<Path>empty() : files.of(id, which));
  }
}
