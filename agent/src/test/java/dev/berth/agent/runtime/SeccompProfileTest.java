package dev.berth.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeccompProfileTest {
  @TempDir Path directory;

  private JsonNode translated() throws Exception {
    Path file = directory.resolve("profile.json");
    Files.writeString(
        file,
        """
        {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
          {"names": ["read", "execve", "mount", "clone", "clone3", "io_uring_setup"],
           "action": "SCMP_ACT_ALLOW", "args": [], "includes": {}, "excludes": {}},
          {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW", "args": [],
           "includes": {"arches": ["amd64", "x32"]}},
          {"names": ["sync_file_range2"], "action": "SCMP_ACT_ALLOW", "args": [],
           "includes": {"arches": ["ppc64le"]}},
          {"names": ["chroot"], "action": "SCMP_ACT_ALLOW", "args": [],
           "includes": {"caps": ["CAP_SYS_CHROOT"]}}]}
        """);
    return new ObjectMapper().valueToTree(SeccompProfile.load(file));
  }

  @Test
  void onlyWhatAProcessWithoutCapabilitiesMayDoIsAllowedUnconditionally() throws Exception {
    List<String> allowed = new ArrayList<>();
    for (JsonNode rule : translated().get("syscalls")) {
      if (rule.get("action").asText().equals("SCMP_ACT_ALLOW") && !rule.has("args")) {
        rule.get("names").forEach(name -> allowed.add(name.asText()));
      }
    }

    assertThat(allowed).containsExactly("arch_prctl", "execve", "read");
  }

  @Test
  void socketFamiliesAreAList() throws Exception {
    List<Integer> families = new ArrayList<>();
    for (JsonNode rule : translated().get("syscalls")) {
      if (rule.get("names").get(0).asText().equals("socket")) {
        families.add(rule.get("args").get(0).get("value").asInt());
      }
    }

    assertThat(families).containsExactlyInAnyOrder(1, 2, 2, 2, 2, 2, 10, 10, 10, 10, 10);
  }

  @Test
  void nobodyMakesEveryDiskOfTheHostWrite() throws Exception {
    for (JsonNode rule : translated().get("syscalls")) {
      if (rule.get("names").get(0).asText().equals("sync")) {
        assertThat(rule.get("action").asText()).isEqualTo("SCMP_ACT_ERRNO");
        assertThat(rule.get("errnoRet").asInt()).isZero();
        return;
      }
    }
    throw new AssertionError("no rule for sync");
  }

  @Test
  void otherAbisAreClosed() throws Exception {
    assertThat(translated().get("architectures")).hasSize(1);
    assertThat(translated().get("architectures").get(0).asText()).isEqualTo("SCMP_ARCH_X86_64");
  }
}
