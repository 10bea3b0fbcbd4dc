package dev.berth.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.simulation.run.Seeds;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each planted mistake is found, within a bounded number of seeds, by an invariant. */
@Execution(ExecutionMode.CONCURRENT)
class MistakesTest {
  private static final int SEEDS = 60;

  /** One round. */
  private static final long SECONDS = 960;

  /** The invariant and the number of seeds. */
  private static String words(String found) {
    return found.replaceAll("(?s)^(\\d+) (\\w+):.*", "`$2` | $1");
  }

  @ParameterizedTest
  @EnumSource(Mistake.class)
  void isFound(Mistake mistake) throws Exception {
    Class<?> seeds = MistakenCode.of(mistake.edits()).loadClass(Seeds.class.getName());

    String found =
        (String)
            seeds
                .getMethod("firstViolation", long.class, int.class, long.class)
                .invoke(null, 1L, SEEDS, SECONDS);

    System.out.println("| `" + mistake + "` | " + words(found) + " |");
    assertThat(found).as("what %s breaks in %d seeds", mistake, SEEDS).isNotEmpty();
  }
}
