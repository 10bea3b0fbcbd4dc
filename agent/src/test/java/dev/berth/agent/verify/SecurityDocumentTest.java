package dev.berth.agent.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/security.md names every check, and only tests that exist. */
class SecurityDocumentTest {
  private static final Path HOME = Path.of("..");
  private static final List<String> MODULES =
      List.of("proto", "wiring", "scheduler", "agent", "router", "cli", "bench", "e2e");

  private final String text;

  SecurityDocumentTest() throws IOException {
    text = Files.readString(HOME.resolve("docs/security.md"));
  }

  @Test
  void everyCheckIsInTheDocument() {
    var missing =
        HostVerification.checks().stream()
            .map(Check::name)
            .filter(name -> !text.contains("`" + name + "`"))
            .toList();

    assertThat(missing).isEmpty();
  }

  @Test
  void everyTestThatItNamesExists() throws IOException {
    var named =
        Pattern.compile("`(\\w+Test)`")
            .matcher(text)
            .results()
            .map((MatchResult result) -> result.group(1))
            .collect(Collectors.toSet());

    assertThat(named).hasSizeGreaterThan(20);
    assertThat(testClasses()).containsAll(named);
  }

  private static List<String> testClasses() throws IOException {
    List<String> names = new java.util.ArrayList<>();
    for (String module : MODULES) {
      Path tests = HOME.resolve(module).resolve("src/test/java");
      if (Files.isDirectory(tests)) {
        try (var files = Files.walk(tests)) {
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("Test.java"))
              .forEach(name -> names.add(name.substring(0, name.length() - ".java".length())));
        }
      }
    }
    return names;
  }
}
