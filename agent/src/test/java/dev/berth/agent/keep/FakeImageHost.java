package dev.berth.agent.keep;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** Images that exist only in memory. Thread-safe. */
public final class FakeImageHost implements ImageHost {
  final Set<String> here = new ConcurrentSkipListSet<>();
  final Set<String> unavailable = new ConcurrentSkipListSet<>();

  @Override
  public List<String> digests() {
    return new ArrayList<>(here);
  }

  @Override
  public void hold(String digest) throws IOException {
    if (unavailable.contains(digest)) {
      throw new IOException("image " + digest + " is not in the cluster's store");
    }
    here.add(digest);
  }

  @Override
  public void forget(String digest) {
    here.remove(digest);
  }
}
