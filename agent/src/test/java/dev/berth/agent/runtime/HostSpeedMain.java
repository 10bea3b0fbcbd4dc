package dev.berth.agent.runtime;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Prints how long starts take on this machine, one after another and many at once. */
public final class HostSpeedMain {
  private HostSpeedMain() {}

  public static void main(String[] arguments) throws Exception {
    var directory = Files.createTempDirectory("berth-speed");
    try (var node = new TestNode(directory)) {
      List<Double> starts = new ArrayList<>();
      List<Double> discards = new ArrayList<>();
      List<ContainerPlan> running = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        var plan = node.plan("exec sleep 1000");
        long from = System.nanoTime();
        node.host().start(plan, 1);
        double took = (System.nanoTime() - from) / 1e6;
        running.add(plan);
        if (i >= 10) {
          starts.add(took);
        }
      }
      for (var plan : running) {
        long from = System.nanoTime();
        node.host().release(plan.placementId());
        discards.add((System.nanoTime() - from) / 1e6);
      }
      print("start", starts);
      print("release", discards);
      long from = System.nanoTime();
      List<ContainerPlan> plans = new ArrayList<>();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          var plan = node.plan("exec sleep 1000");
          plans.add(plan);
          all.add(threads.submit(() -> node.host().start(plan, 1)));
        }
        for (var one : all) {
          one.get();
        }
      }
      System.out.printf("100 at once: %.0f ms%n", (System.nanoTime() - from) / 1e6);
      from = System.nanoTime();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        plans.forEach(plan -> threads.execute(() -> node.host().release(plan.placementId())));
      }
      System.out.printf("100 released: %.0f ms%n", (System.nanoTime() - from) / 1e6);
    }
  }

  private static void print(String what, List<Double> millis) {
    Collections.sort(millis);
    System.out.printf(
        "%s: median %.1f ms, p90 %.1f ms, max %.1f ms%n",
        what, millis.get(millis.size() / 2), millis.get(millis.size() * 9 / 10), millis.getLast());
  }
}
