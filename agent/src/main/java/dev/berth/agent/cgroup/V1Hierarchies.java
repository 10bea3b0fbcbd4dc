package dev.berth.agent.cgroup;

import dev.berth.agent.linux.MountTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The cgroup v1 hierarchies that are mounted on this host. */
public record V1Hierarchies(List<Hierarchy> hierarchies) {
  private static final List<String> NOT_CONTROLLERS = List.of("rw", "ro", "none", "xattr");

  /** One hierarchy and what to give to mount to get it again. */
  public record Hierarchy(Path directory, List<String> controllers, String options) {
    public String name() {
      return directory.getFileName().toString();
    }
  }

  public V1Hierarchies {
    hierarchies = List.copyOf(hierarchies);
  }

  static V1Hierarchies ofThisHost() throws IOException {
    List<Hierarchy> found = new ArrayList<>();
    for (var mount : MountTable.ofThisProcess()) {
      if (mount.type().equals("cgroup") && mount.target().startsWith("/sys/fs/cgroup")) {
        List<String> controllers =
            List.of(mount.superOptions().split(",", -1)).stream()
                .filter(option -> !NOT_CONTROLLERS.contains(option))
                .filter(option -> !option.startsWith("release_agent="))
                .toList();
        boolean named = controllers.stream().anyMatch(option -> option.startsWith("name="));
        String options = (named ? "none," : "") + String.join(",", controllers);
        found.add(new Hierarchy(mount.target(), controllers, options));
      }
    }
    return new V1Hierarchies(found);
  }

  boolean has(String controller) {
    return find(controller).isPresent();
  }

  Optional<Path> find(String controller) {
    return hierarchies.stream()
        .filter(hierarchy -> hierarchy.controllers().contains(controller))
        .map(Hierarchy::directory)
        .findFirst();
  }
}
