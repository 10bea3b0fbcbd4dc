package dev.berth.agent.verify;

import dev.berth.agent.image.ImageRehash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Another verifier's list, and as part of the full form the mounted images hashed again.
 * Thread-safe.
 */
public final class ImageVerification implements NodeVerifier {
  /** Fast enough for somebody who waits: a base image takes about a second. */
  private static final int MIB_PER_SECOND = 128;

  private final NodeVerifier others;
  private final ImageRehash images;

  public ImageVerification(NodeVerifier others, ImageRehash images) {
    this.others = others;
    this.images = images;
  }

  @Override
  public Verification verify(boolean full) throws IOException {
    Verification first = others.verify(full);
    if (!full) {
      return first;
    }
    List<Finding> findings = new ArrayList<>(first.findings());
    findings.add(finding(images.look(MIB_PER_SECOND)));
    return new Verification(findings, first.millis(), true);
  }

  private static Finding finding(ImageRehash.Seen seen) {
    boolean passed = seen.wrong().isEmpty();
    return new Finding(
        "images-unchanged",
        "shared images",
        "every mounted image has the hash that names it",
        passed ? "%d images as named".formatted(seen.images()) : String.join("; ", seen.wrong()),
        true,
        passed);
  }
}
