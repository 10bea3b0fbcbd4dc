package dev.berth.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandWordsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PORT", "5000", "NAME", "two words", "EMPTY", "", "HOSTILE", "() { :;}; echo x");

  @Test
  void plainWordsAreExecutedDirectly() {
    assertThat(words("  python3  -m\thttp.server "))
        .isEqualTo(List.of("python3", "-m", "http.server"));
  }

  @Test
  void quotesHoldAWordTogetherAndVanish() {
    assertThat(words("app 'a  b' \"c d\"e '' f'g'"))
        .isEqualTo(List.of("app", "a  b", "c de", "", "fg"));
  }

  @Test
  void aReferenceBecomesPartOfItsWordWhateverItsValueIs() {
    assertThat(words("app -p$PORT ${NAME}s \"$HOSTILE\" $HOSTILE '$PORT'"))
        .isEqualTo(
            List.of(
                "app", "-p5000", "two wordss", "() { :;}; echo x", "() { :;}; echo x", "$PORT"));
  }

  @Test
  void anEmptyReferenceVanishesUnlessQuoted() {
    assertThat(words("app $EMPTY ${UNSET} \"$EMPTY\" x$EMPTY")).isEqualTo(List.of("app", "", "x"));
  }

  @Test
  void metacharactersInSingleQuotesNeedNoShell() {
    assertThat(words("app 'a;b|c*$(d)'")).isEqualTo(List.of("app", "a;b|c*$(d)"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a | b",
        "a && b",
        "a & b",
        "a; b",
        "a < b",
        "a > b",
        "(a)",
        "a `b`",
        "a $(b)",
        "a \"$(b)\"",
        "a *",
        "a ?",
        "a [b]",
        "~/a",
        "a # b",
        "a\nb",
        "a \\b",
        "a \"\\b\"",
        "A=b c",
        "exec a",
        "cd a",
        "export A",
        "a ${B:-c}",
        "a $1",
        "a $?",
        "a $$",
        "a $",
        "a 'b",
        "a \"b",
        "{ a; }",
        "! a",
        "if true",
        "$EMPTY",
        ""
      })
  void shellSyntaxGoesToTheShellAsItStands(String command) {
    assertThat(words(command)).isEqualTo(List.of("/bin/sh", "-c", command));
  }

  @Test
  void aShellWordIsOnlySpecialWhenItIsTheCommand() {
    assertThat(words("docker exec set")).isEqualTo(List.of("docker", "exec", "set"));
  }

  private static List<String> words(String command) {
    return CommandWords.of(command, ENVIRONMENT);
  }
}
