package dev.berth.agent.keep;

import java.util.List;
import java.util.function.Consumer;

/** Who holds images for the scheduler, and says which are here. Thread-safe. */
public interface ImageHolding {
  /** Holds nothing. */
  ImageHolding NONE =
      new ImageHolding() {
        @Override
        public void onChange(Consumer<Held> heard) {}

        @Override
        public Held held() {
          return new Held(List.of(), "");
        }

        @Override
        public void want(List<String> digests) {}
      };

  /**
   * The images that are here.
   *
   * @param problem why one that is wanted is not, in words; empty if nothing is amiss
   */
  record Held(List<String> digests, String problem) {
    public Held {
      digests = List.copyOf(digests);
    }
  }

  /** Hears of each change from here on. */
  void onChange(Consumer<Held> heard);

  Held held();

  /** To be held from now on beside what orders name, instead of those wanted before. */
  void want(List<String> digests);
}
