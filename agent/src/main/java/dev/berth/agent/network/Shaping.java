package dev.berth.agent.network;

import dev.berth.agent.linux.Links;
import dev.berth.agent.linux.Programs;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Holds an instance's link to a rate in both directions: a token bucket at each of its ends.
 *
 * <p>What does not fit waits for at most {@value #LONGEST_WAIT_MILLIS} ms and is dropped then, so
 * that TCP slows down. Every call returns the rate that the kernel has then. Thread-safe.
 */
final class Shaping {
  private static final int LONGEST_WAIT_MILLIS = 50;
  private static final long SMALLEST_BURST = 128 * 1024;
  private static final Pattern RATE = Pattern.compile("\"kind\":\"tbf\".*\"rate\":(\\d+)");

  private final Links links;
  private final Programs programs;

  Shaping(Links links, Programs programs) {
    this.links = links;
    this.programs = programs;
  }

  /** Begins with the end inside, which takes a program; {@link #await} waits for it. */
  FutureTask<Long> beginInside(long pid, long bytesPerSecond) {
    var task = new FutureTask<>(() -> inside(pid, bytesPerSecond));
    Thread.ofVirtual().start(task);
    return task;
  }

  long outside(String link, long bytesPerSecond) throws IOException {
    var bucket = new Links.Bucket(bytesPerSecond, burst(bytesPerSecond), queue(bytesPerSecond));
    return links.shape(link, bucket);
  }

  private long inside(long pid, long bytesPerSecond) throws IOException {
    String told =
        programs.need(
            List.of(
                NodeNetwork.NSENTER,
                "--net=/proc/" + pid + "/ns/net",
                NodeNetwork.TC,
                "-j",
                "-b",
                "-"),
            """
            qdisc add dev eth0 root tbf rate %dbps burst %db limit %db
            qdisc show dev eth0
            """
                .formatted(bytesPerSecond, burst(bytesPerSecond), queue(bytesPerSecond)));
    Matcher rate = RATE.matcher(told);
    return rate.find() ? Long.parseLong(rate.group(1)) : 0;
  }

  static long await(FutureTask<Long> task) throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the network was being limited", e);
    } catch (ExecutionException e) {
      throw new IOException("the network can't be limited: " + e.getMessage(), e);
    }
  }

  private static long burst(long bytesPerSecond) {
    return Math.max(SMALLEST_BURST, bytesPerSecond / 100);
  }

  private static long queue(long bytesPerSecond) {
    return burst(bytesPerSecond) + bytesPerSecond * LONGEST_WAIT_MILLIS / 1000;
  }
}
