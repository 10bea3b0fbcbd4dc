package dev.berth.agent.runtime;

import dev.berth.agent.image.LoopDevices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device that holds a node's state directory.
 *
 * @param device such as {@code 254:0}, of the whole disk; empty when the file system has none
 * @param weighs whether its scheduler heeds weights
 */
record Disk(Optional<String> device, boolean weighs) {
  private static final Logger LOG = LoggerFactory.getLogger(Disk.class);

  static Disk under(Path directory) throws IOException {
    Path link = Path.of("/sys/dev/block", LoopDevices.device(directory));
    if (!Files.exists(link)) {
      LOG.info("{} lies on no block device: reads and writes have no rate limit", directory);
      return new Disk(Optional.empty(), false);
    }
    Path block = link.toRealPath();
    boolean part = Files.exists(block.resolve("partition"));
    Path whole = part ? block.resolve("..").normalize() : block;
    String device = Files.readString(whole.resolve("dev")).strip();
    boolean weighs = schedules(whole) || costs(device);
    if (!weighs) {
      LOG.info("disk {} has no scheduler that heeds weights (bfq, iocost): rates alone", device);
    }
    return new Disk(Optional.of(device), weighs);
  }

  private static boolean schedules(Path whole) {
    Path scheduler = whole.resolve("queue/scheduler");
    try {
      return Files.exists(scheduler) && Files.readString(scheduler).contains("[bfq]");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean costs(String device) {
    Path costs = Path.of("/sys/fs/cgroup/io.cost.qos");
    try {
      return Files.exists(costs)
          && Files.readAllLines(costs).stream().anyMatch(l -> l.startsWith(device + " enable=1"));
    } catch (IOException e) {
      return false;
    }
  }
}
