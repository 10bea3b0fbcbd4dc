package dev.berth.cli;

import dev.berth.cli.client.EarlyTls;
import dev.berth.cli.output.Terminal;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The berth command as a process. */
public final class BerthMain {
  private BerthMain() {}

  public static void main(String[] arguments) {
    if (System.getProperty("berth.log.level") == null) {
      boolean supervises = arguments.length > 0 && arguments[0].equals("supervise");
      System.setProperty("berth.log.level", supervises ? "INFO" : "WARN");
    }
    // Netty's own messages do not need the logging of the programs, which takes its time to begin.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    if (arguments.length > 1 || !List.of("version", "help").containsAll(List.of(arguments))) {
      EarlyTls.begin();
    }
    Surroundings surroundings = surroundings(System.getenv());
    int code = BerthCommand.execute(surroundings, arguments);
    surroundings.terminal().out().flush();
    System.exit(code);
  }

  static Surroundings surroundings(Map<String, String> environment) {
    String terminals = System.getProperty("berth.terminal", "");
    return new Surroundings(
        environment,
        Path.of("").toAbsolutePath(),
        Path.of(System.getProperty("berth.home", ".")).toAbsolutePath(),
        Terminal.ofProcess(terminals, environment),
        Clock.systemUTC(),
        () -> UUID.randomUUID().toString());
  }
}
