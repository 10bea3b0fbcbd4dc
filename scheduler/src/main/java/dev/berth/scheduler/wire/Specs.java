package dev.berth.scheduler.wire;

import dev.berth.proto.v1.ContainerSpec;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What the orders for a process type's instances have in common, made once.
 *
 * <p>Only saves work: what was made of another release or base of the same name is made anew. Keeps
 * at most {@value #MOST}, and forgets them all when there are more. Thread-safe.
 */
public final class Specs {
  private static final int MOST = 10_000;

  private final Map<Key, Made> known = new ConcurrentHashMap<>();

  /**
   * What it depends on besides the release's and the base's contents.
   *
   * @param runs the process type that it runs, another one than its own for a shadow
   */
  record Key(
      ProcessTypeId type,
      String runs,
      int release,
      String baseLine,
      int baseVersion,
      String size) {}

  private record Made(Release release, BaseVersion base, ContainerSpec spec) {}

  @SuppressWarnings("ReferenceEquality") // the state keeps the very objects, and comparing is dear
  ContainerSpec of(Key key, Release release, BaseVersion base, Supplier<ContainerSpec> making) {
    Made made = known.get(key);
    if (made == null || made.release() != release || made.base() != base) {
      made = new Made(release, base, making.get());
      if (known.size() >= MOST) {
        known.clear();
      }
      known.put(key, made);
    }
    return made.spec();
  }
}
