package dev.berth.scheduler.state;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The sizes that formations may name, smallest first. */
public final class Sizes {
  public static final Size NANO =
      new Size("nano", 64, 25, 250, 64, 256, 1024, new Rates(25, 32, 100, 256, 1024));
  public static final Size MICRO =
      new Size("micro", 128, 50, 500, 128, 512, 4096, new Rates(50, 64, 200, 512, 2048));
  public static final Size SMALL =
      new Size("small", 256, 100, 1000, 256, 1024, 8192, new Rates(100, 128, 500, 1024, 4096));
  public static final Size MEDIUM =
      new Size("medium", 512, 200, 1000, 512, 2048, 8192, new Rates(200, 128, 1000, 1024, 8192));
  public static final Size LARGE =
      new Size(
          "large", 1024, 400, 2000, 1024, 4096, 16_384, new Rates(400, 256, 2000, 2048, 16_384));
  public static final Size XLARGE =
      new Size(
          "xlarge", 4096, 800, 4000, 2048, 8192, 16_384, new Rates(800, 512, 5000, 4096, 32_768));
  public static final Size GIANT =
      new Size(
          "giant",
          262_144,
          10_000,
          64_000,
          8192,
          65_536,
          16_384,
          new Rates(1000, 2048, 10_000, 8192, 65_536));

  /** What a process type gets until it is scaled to another size. */
  public static final Size DEFAULT = SMALL;

  public static final List<Size> ALL = List.of(NANO, MICRO, SMALL, MEDIUM, LARGE, XLARGE, GIANT);

  private static final Map<String, Size> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Size::name, size -> size));

  private Sizes() {}

  public static Optional<Size> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** For names that admission has checked. */
  public static Size known(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalStateException("size '" + name + "' is not in the catalog"));
  }

  /** For messages: nano, micro, ... */
  public static String names() {
    return String.join(", ", ALL.stream().map(Size::name).toList());
  }
}
