package dev.berth.cli.cluster;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One program of a cluster: how it is started and what it is told.
 *
 * @param name "scheduler", "router-1", "node-1"
 * @param memory flags that bound the JVM's memory
 * @param arguments before the settings file
 */
record Program(
    String name,
    String mainClass,
    List<String> memory,
    List<String> arguments,
    Map<String, String> settings) {
  Program {
    memory = List.copyOf(memory);
    arguments = List.copyOf(arguments);
    settings = Map.copyOf(settings);
  }

  /** Programs of one kind start from one archive of loaded classes. */
  String kind() {
    return mainClass.substring(mainClass.lastIndexOf('.') + 1);
  }

  Program with(String key, long value) {
    Map<String, String> changed = new TreeMap<>(settings);
    changed.put(key, Long.toString(value));
    return new Program(name, mainClass, memory, arguments, changed);
  }

  boolean isNode() {
    return name.startsWith("node-");
  }

  /** Where Java and Berth are, to start programs with. */
  record Installation(Path java, String classPath, Path archives) {

    /** The running program's own. */
    static Installation ofProcess(Path home) {
      return new Installation(
          Path.of(System.getProperty("java.home"), "bin", "java"),
          System.getProperty("java.class.path"),
          home.resolve(".berth-build"));
    }
  }
}
