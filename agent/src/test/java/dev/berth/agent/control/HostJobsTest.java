package dev.berth.agent.control;

import static dev.berth.agent.order.SampleOrders.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Report;
import dev.berth.agent.reconcile.Step;
import dev.berth.agent.runtime.FakeInstanceHost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostJobsTest {
  private static final PlacementId ID = new PlacementId(1);
  private final List<Input.Heard> heard = new ArrayList<>();
  private final List<String> remains = new ArrayList<>();
  @TempDir private Path directory;
  private FakeInstanceHost host;
  private HostJobs jobs;

  @BeforeEach
  void makeJobs() {
    host = new FakeInstanceHost(directory);
    var kept =
        new HostJobs.Remains() {
          @Override
          public void keep(PlacementId id, int incarnation) {
            remains.add("keep " + id + "." + incarnation);
          }

          @Override
          public void forget(PlacementId id) {
            remains.add("forget " + id);
          }
        };
    jobs = new HostJobs(host, kept, heard::add, Runnable::run, 4);
  }

  @Test
  void theIncarnationBeforeIsTakenAwayButItsLogIsKept() {
    jobs.start(run(1), 2);

    assertThat(host.calls()).containsExactly("prepare 1", "discard 1", "start 1.2");
    assertThat(remains).containsExactly("keep 1.1");
    assertThat(heard.getFirst().report()).isInstanceOf(Report.Started.class);
  }

  @Test
  void aReleaseForgetsTheLogs() {
    jobs.perform(ID, 3, new Step.Release());

    assertThat(host.calls()).containsExactly("release 1");
    assertThat(remains).containsExactly("forget 1");
    assertThat(heard).containsExactly(new Input.Heard(ID, 3, new Report.Released()));
  }

  @Test
  void commandsAreGivenToTheHostAsWords() throws Exception {
    assertThat(Plans.of(run(1)).argv()).isEqualTo(List.of("app", "--port", "5000"));
  }
}
