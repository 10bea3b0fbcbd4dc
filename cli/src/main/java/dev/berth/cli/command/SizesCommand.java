package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ListSizesRequest;
import dev.berth.proto.v1.Size;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The sizes that instances can have. */
@Command(
    name = "sizes",
    description = "List the sizes that instances can have.",
    footer = "JSON: one Size object per line.")
public final class SizesCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  public SizesCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Cluster cluster = on.open(surroundings)) {
      List<Size> sizes =
          cluster
              .ask(
                  ClusterServiceGrpc::newBlockingStub,
                  it -> it.listSizes(ListSizesRequest.getDefaultInstance()))
              .getSizesList();
      new Answer(surroundings.terminal(), on.json).list(sizes, () -> table(sizes), "No sizes.");
      return 0;
    }
  }

  private static Table table(List<Size> sizes) {
    Table table =
        new Table(
            "size",
            "memory",
            "cpus at most",
            "cpu weight",
            "processes",
            "disk",
            "open files",
            "disk rate",
            "network",
            "log rate",
            "connections");
    for (Size it : sizes) {
      table.row(
          it.getName(),
          Words.mib(it.getMemoryMib()),
          String.format(Locale.ROOT, "%.2f", it.getCpuMillis() / 1000.0),
          it.getCpuWeight(),
          it.getPids(),
          Words.mib(it.getDiskMib()),
          it.getOpenFiles(),
          it.getIoMibPerSecond() + " MiB/s",
          it.getNetworkMbits() + " Mbit/s",
          it.getLogKibPerSecond() + " KiB/s",
          it.getConnections());
    }
    return table;
  }
}
