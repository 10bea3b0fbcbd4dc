package dev.berth.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProgramsTest {
  private final Programs programs = new Programs();

  @AfterEach
  void close() {
    programs.close();
  }

  @Test
  void aProgramGetsACleanEnvironment() throws Exception {
    String environment = programs.need(List.of("/usr/bin/env"));

    assertThat(environment.lines())
        .containsExactlyInAnyOrder("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8");
  }

  @Test
  void aProgramInheritsNothingButItsPipes() throws Exception {
    String descriptors = programs.need(List.of("/usr/bin/ls", "/proc/self/fd"));

    // The last is the directory that it reads.
    assertThat(descriptors.lines()).containsExactly("0", "1", "2", "3");
  }

  @Test
  void aProgramIsNotLookedUpOnAPath() {
    assertThatThrownBy(() -> programs.need(List.of("env")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("absolute path");
  }

  @Test
  void noShellReadsTheWords() throws Exception {
    String said = programs.need(List.of("/usr/bin/printf", "%s", "$(id) `id` ; id"));

    assertThat(said).isEqualTo("$(id) `id` ; id");
  }
}
