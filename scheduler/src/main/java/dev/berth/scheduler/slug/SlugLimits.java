package dev.berth.scheduler.slug;

/** How large a tenant's tar may be; the directories that its paths imply are entries too. */
public record SlugLimits(long maxBytes, int maxEntries) {
  static final int MAX_PATH = 4096;
  static final int MAX_NAME = 255;
  static final int MAX_DEPTH = 64;

  /** All paths of one tar together, in bytes: they are held in memory while it is looked over. */
  static final int MAX_NAMES_BYTES = 24 << 20;

  /** 512 MiB and 200,000 entries. */
  public static final SlugLimits DEFAULT = new SlugLimits(512L << 20, 200_000);

  /** Whatever the settings say, no slug is larger than this. */
  public static final long CEILING_BYTES = 2L << 30;

  public SlugLimits {
    if (maxBytes < 1 || maxBytes > CEILING_BYTES) {
      throw new IllegalArgumentException(
          "slug.max-bytes must be 1 to " + CEILING_BYTES + ", not " + maxBytes);
    }
    if (maxEntries < 1) {
      throw new IllegalArgumentException("maxEntries must be at least 1, not " + maxEntries);
    }
  }
}
