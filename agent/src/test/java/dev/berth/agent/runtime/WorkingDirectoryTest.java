package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkingDirectoryTest {
  private static final Map<String, Object> ROOT = Map.of("/app", 1, "/tmp/www", 2, "/proc/1", 3);

  /** A directory that a process works in: its path, and its inode. */
  private record Place(String path, Object inode) {
    static Place inRoot(String path) {
      return new Place(path, ROOT.getOrDefault(path, 0));
    }
  }

  /** Is at the next place each time it is read; at the end at the last, or round and round. */
  private static final class Moving implements WorkingDirectory.Look {
    private final List<Place> places;
    private final boolean isRestless;
    private int reads;

    Moving(boolean isRestless, Place... places) {
      this.isRestless = isRestless;
      this.places = List.of(places);
    }

    private Place next() {
      int at = reads++;
      return places.get(isRestless ? at % places.size() : Math.min(at, places.size() - 1));
    }

    @Override
    public Object own() {
      return next().inode();
    }

    @Override
    public Path shown() {
      return Path.of(next().path());
    }

    @Override
    public @Nullable Object inRoot(Path path) {
      return ROOT.get(path.toString());
    }
  }

  @Test
  void aProcessThatWorksInItsRootIsAsOrdered() throws IOException {
    assertThat(difference(Place.inRoot("/app"))).isEmpty();
    assertThat(difference(Place.inRoot("/tmp/www"))).isEmpty();
  }

  @Test
  void aProcessThatGoesElsewhereBetweenTwoReadsIsReadAgain() throws IOException {
    Place app = Place.inRoot("/app");
    Place www = Place.inRoot("/tmp/www");

    assertThat(difference(www, app)).isEmpty();
    assertThat(difference(www, app, app, www, www)).isEmpty();
    assertThat(difference(new Place("/gone (deleted)", 9), app, www, www)).isEmpty();
  }

  @Test
  void aDirectoryOfTheHostIsFoundWhateverItIsCalled() throws IOException {
    assertThat(difference(new Place("/app", 7))).contains("it works in /app (7), not in /app (1)");
    assertThat(difference(new Place("/nowhere", 7))).isNotEmpty();
    assertThat(difference(Place.inRoot("/proc/1"))).isNotEmpty();
  }

  @Test
  void aProcessThatNeverStaysIsNotBelievedForEver() throws IOException {
    var restless = new Moving(true, new Place("/a", 7), new Place("/b", 8), new Place("/c", 9));

    assertThat(WorkingDirectory.difference(restless)).isNotEmpty();
    assertThat(restless.reads).isLessThan(300);
  }

  private static Optional<String> difference(Place... places) throws IOException {
    return WorkingDirectory.difference(new Moving(false, places));
  }
}
